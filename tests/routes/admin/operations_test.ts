import { createConfig, lintFromString } from "@redocly/openapi-core";
import { assertEquals, assertMatch, assertStrictEquals } from "@std/assert";
import { Hono } from "hono";
import { z } from "zod";
import type { AdminEnv } from "../../../routes/admin/admin_env.ts";
import { createAdminOpenApi } from "../../../routes/admin/api/openapi.ts";
import { operation, operationRoutes } from "../../../routes/admin/operation.ts";
import { ProblemError } from "../../../routes/http/problem.ts";
import { completeAnswer } from "../../../routes/http/answer.ts";
import { sendProblem } from "../../../routes/http/send_problem.ts";
import { Contract } from "../../../testing/contract.ts";
import { FakeClock } from "../../../testing/fake_clock.ts";
import { ask, asOperator, openAdminApp, signIn } from "../../../testing/operators.ts";

/** An operation with all that an operation may have. */
const rename = operation({
  method: "post",
  path: "/things/{id}/rename",
  id: "renameThing",
  summary: "Rename a thing",
  params: z.object({ id: z.uuid() }),
  notFound: "job_not_found",
  query: z.object({ limit: z.coerce.number().int().max(9).default(5) }),
  body: z.object({ name: z.string().min(1) }),
  answer: z.object({ text: z.string(), limit: z.int() }),
  returns: "The new name",
  status: 201,
  problems: ["job_finished"],
  handle({ params, query, body, actor }) {
    if (body.name === "taken") throw new ProblemError({ code: "job_finished", detail: "Taken" });
    return { text: `${actor.name} names ${params.id.slice(0, 4)} ${body.name}`, ...query };
  },
});

const contract = new Contract(createAdminOpenApi([rename]));

/** Serves the operation alone. */
function openRoutes() {
  const routes = new Hono<AdminEnv>();
  routes.use(async (c, next) => {
    c.set("actor", { name: "Ann", via: "api" });
    c.set("headers", { "cache-control": "no-store", "x-request-id": "1" });
    await next();
    completeAnswer(c);
  });
  routes.route("/admin/api", operationRoutes([rename], { clock: new FakeClock() }));
  routes.onError((error, c) => {
    if (error instanceof ProblemError) return sendProblem(c, error.problem);
    throw error;
  });
  return routes;
}

const ID = "0199a1b2-0000-4000-8000-000000000000";

/** Requests, and their answers. */
const requests: [what: string, path: string, body: unknown, status: number, answer: object][] = [
  ["a valid request", `${ID}/rename`, { name: "x" }, 201, { text: "Ann names 0199 x", limit: 5 }],
  ["a query parameter", `${ID}/rename?limit=7&unknown=1`, { name: "x" }, 201, { limit: 7 }],
  ["a wrong query parameter", `${ID}/rename?limit=10`, { name: "x" }, 400, {
    errors: [{ parameter: "limit", detail: "Too big: expected number to be <=9" }],
  }],
  ["a query parameter twice", `${ID}/rename?limit=1&limit=2`, { name: "x" }, 400, {
    errors: [{ parameter: "limit", detail: "expected only once" }],
  }],
  ["a wrong body", `${ID}/rename`, { name: "" }, 400, {
    errors: [{ pointer: "#/name", detail: "Too small: expected string to have >=1 characters" }],
  }],
  ["a wrong id", `x/rename`, { name: "x" }, 404, { code: "job_not_found" }],
  ["a problem of the handler", `${ID}/rename`, { name: "taken" }, 409, { code: "job_finished" }],
];

for (const [what, path, body, status, expected] of requests) {
  Deno.test(`operation() answers ${what} with ${status}, as it is described`, async () => {
    const url = `/admin/api/things/${path}`;
    const init = { method: "POST", body: JSON.stringify(body) };
    const response = await openRoutes().request(url, init);
    const text = await response.text();
    contract.assertDescribed("POST", url, response, text);
    assertStrictEquals(response.status, status);
    const answer = JSON.parse(text);
    const members = Object.keys(expected).map((name) => [name, answer[name]]);
    assertEquals(Object.fromEntries(members), expected);
  });
}

Deno.test("the document of operators is valid, and describes every operation", async () => {
  await using env = await openAdminApp();
  const { status, text } = await ask(env.app, "/admin/api/openapi.json", { headers: asOperator });
  assertStrictEquals(status, 200);
  const config = await createConfig({ extends: ["spec"], rules: { "struct": "error" } });
  const problems = await lintFromString({ source: text, config });
  assertEquals(problems.map(({ message, location }) => [message, location[0]?.pointer]), []);
  const described = new Contract(JSON.parse(text)).operations.map(({ method, template }) =>
    `${method.toUpperCase()} ${template.replaceAll(/\{(\w+)\}/g, ":$1")}`
  );
  const routes = env.app.routes
    .filter(({ path, method }) => path.startsWith("/admin/api/") && method !== "ALL")
    .map(({ path, method }) => `${method} ${path}`)
    .filter((route) => route !== "GET /admin/api/openapi.json");
  assertEquals(described.toSorted(), [...new Set(routes)].toSorted());
});

Deno.test("the overview is answered as it is described, with the token and with a session", async () => {
  await using env = await openAdminApp({ warnings: () => ["Change the model"] });
  const document = await ask(env.app, "/admin/api/openapi.json", { headers: asOperator });
  const { assertDescribed } = new Contract(JSON.parse(document.text));
  const path = "/admin/api/overview";
  for (const headers of [asOperator, await signIn(env.app)]) {
    const answer = await ask(env.app, path, { headers: headers as Record<string, string> });
    assertStrictEquals(assertDescribed("GET", path, answer, answer.text), "getOverview 200");
    assertEquals(JSON.parse(answer.text).health.warnings, ["Change the model"]);
  }
  for (const headers of [{}, { ...asOperator, operator: "x".repeat(65) }]) {
    const answer = await ask(env.app, path, { headers: headers as Record<string, string> });
    assertMatch(assertDescribed("GET", path, answer, answer.text), /40[01]/);
  }
});
