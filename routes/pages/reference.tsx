/**
 * The OpenAPI document, and the API reference that shows it. The reference is Swagger UI, served
 * from here, so that the page loads nothing from other sites.
 * @module
 */
import { Hono } from "hono";
import { setHeaders } from "../http/answer.ts";
import { type Asset, assetOf, sendAsset } from "./assets.ts";
import { sendDocument } from "./html.tsx";

/** Only a new deployment changes the page. */
const CACHE_CONTROL = "public, max-age=300";

/** Starts Swagger UI. It has a dark mode, but does not follow the preference of the browser. */
const START = `const dark = matchMedia("(prefers-color-scheme: dark)");
const follow = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", follow);
follow();
SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  tryItOutEnabled: true,
  validatorUrl: null,
});
`;

/** Swagger UI uses the full width of the page. */
const NO_MARGIN = "\nbody { margin: 0; }\n";

/**
 * Creates the routes `GET /openapi.json`, `/docs`, and the files that the reference loads.
 *
 * @param describe creates the OpenAPI document; it is called once
 */
export function referenceRoutes(describe: () => Promise<object>): Hono {
  const routes = new Hono();
  const assets = new Map<string, Promise<Asset>>();
  /** Serves a text that is loaded and hashed on first use. */
  function serve(path: string, type: string, load: () => Promise<string>): void {
    routes.get(path, async (c) => {
      const asset = assets.get(path) ?? load().then((text) => assetOf(type, text));
      assets.set(path, asset);
      return sendAsset(c, await asset);
    });
  }
  serve("/openapi.json", "application/json", async () => JSON.stringify(await describe()));
  routes.get("/docs", (c) => {
    setHeaders(c, { "cache-control": CACHE_CONTROL });
    return sendDocument(c, {
      title: "API",
      head: <link rel="stylesheet" href="/docs/swagger-ui.css" />,
      main: (
        <>
          <div id="swagger-ui"></div>
          <script src="/docs/swagger-ui-bundle.js"></script>
          <script src="/docs/start.js"></script>
        </>
      ),
    });
  });
  serve("/docs/start.js", "text/javascript", () => Promise.resolve(START));
  // 2 MB. The specifiers are literal, so that Deno caches both.
  serve("/docs/swagger-ui.css", "text/css", async () => {
    const style = await import("swagger-ui-dist/swagger-ui.css", { with: { type: "text" } });
    return style.default + NO_MARGIN;
  });
  serve("/docs/swagger-ui-bundle.js", "text/javascript", async () => {
    const script = await import("swagger-ui-dist/swagger-ui-bundle.js", {
      with: { type: "text" },
    });
    return script.default as unknown as string;
  });
  return routes;
}
