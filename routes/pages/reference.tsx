/**
 * The description of the API, for programs and for people. The page is Swagger UI, which this service
 * brings along: nothing is loaded from anywhere else.
 * @module
 */
import { Hono } from "hono";
import { assetOf, sendAsset } from "./assets.ts";
import { sendDocument } from "./html.tsx";

/** Changes with a deployment only. */
const CACHE_CONTROL = "public, max-age=300";

/** Swagger UI has dark colours, but does not ask by itself whether the reader wants them. */
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

/** The bands of Swagger UI go from edge to edge. */
const NO_MARGIN = "\nbody { margin: 0; }\n";

/** @param describe makes the description, once */
export function referenceRoutes(describe: () => object): Hono {
  const routes = new Hono();
  let description: string | undefined;
  routes.get("/openapi.json", (c) => {
    description ??= JSON.stringify(describe());
    return sendAsset(c, assetOf("application/json", description));
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
  // Loaded when somebody looks: 2 MB. The specifiers are literal, so Deno has both in its cache.
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
