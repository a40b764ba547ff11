/**
 * Compresses the files that pages load first, as far as Brotli can: a tenth smaller than what a
 * request could wait for. `deno task build` runs it after the bundles are written.
 * @module
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { brotliCompressSync, constants } from "node:zlib";
import { styleSheet } from "./style_sheet.ts";

const dist = new URL("../../dist/", import.meta.url);

function compress(name: string, text: string): void {
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
    [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
  };
  writeFileSync(new URL(`${name}.br`, dist), brotliCompressSync(text, { params }));
}

for (const name of readdirSync(new URL("app/", dist))) {
  if (/^(home|trip)_\w+\.js$/.test(name)) {
    compress(`app/${name}`, readFileSync(new URL(`app/${name}`, dist), "utf8"));
  }
}
compress("style.css", (await styleSheet()).default);
