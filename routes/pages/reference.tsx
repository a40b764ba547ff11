/**
 * The OpenAPI document, and the API reference that shows it. The reference is Swagger UI, served
 * from here, so that the page loads nothing from other sites.
 * @module
 */
import { Hono } from "hono";
import { assetOf, sendAsset } from "./assets.ts";
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
  let description: Promise<string> | undefined;
  routes.get("/openapi.json", async (c) => {
    description ??= describe().then((document) => JSON.stringify(document));
    return sendAsset(c, assetOf("application/json", await description));
  });
  routes.get("/docs", (c) => {
    c.header("cache-control", CACHE_CONTROL);
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
  routes.get("/docs/start.js", (c) => sendAsset(c, assetOf("text/javascript", START)));
  // Loaded on first use: 2 MB. The specifiers are literal, so that Deno caches both.
  routes.get("/docs/swagger-ui.css", async (c) => {
    const style = await import("swagger-ui-dist/swagger-ui.css", { with: { type: "text" } });
    return sendAsset(c, assetOf("text/css", style.default + NO_MARGIN));
  });
  routes.get("/docs/swagger-ui-bundle.js", async (c) => {
    const script = await import("swagger-ui-dist/swagger-ui-bundle.js", {
      with: { type: "text" },
    });
    return sendAsset(c, assetOf("text/javascript", script.default as unknown as string));
  });
  return routes;
}
