import assert from "node:assert/strict";
import { jsonPointer, problemBody, ProblemError } from "../../lib/problem.ts";

const pointers: [path: PropertyKey[], pointer: string][] = [
  [[], "#"],
  [["destination"], "#/destination"],
  [["preferences", "interests", 2], "#/preferences/interests/2"],
  [["a/b"], "#/a~1b"],
  [["m~n"], "#/m~0n"],
  [["~1"], "#/~01"],
  [["two words"], "#/two%20words"],
  [["ö", "#", "%"], "#/%C3%B6/%23/%25"],
  [[""], "#/"],
];

for (const [path, pointer] of pointers) {
  Deno.test(`jsonPointer() writes ${JSON.stringify(path)} as ${pointer}`, () => {
    assert.equal(jsonPointer(path), pointer);
  });
}

Deno.test("problemBody() is a problem document with the old clients' error", () => {
  assert.deepEqual(problemBody({ status: 404, code: "not_found", detail: "Job not found" }), {
    type: "about:blank",
    title: "Not Found",
    status: 404,
    detail: "Job not found",
    code: "not_found",
    error: "Job not found",
  });
});

Deno.test("problemBody() lists the bad fields", () => {
  const errors = [{ pointer: "#/durationDays", detail: "expected a whole number from 1 to 30" }];

  assert.deepEqual(problemBody({ status: 400, code: "invalid_request", detail: "Bad", errors }), {
    type: "about:blank",
    title: "Bad Request",
    status: 400,
    detail: "Bad",
    code: "invalid_request",
    error: "Bad",
    errors,
  });
});

Deno.test("problemBody() leaves the headers out", () => {
  const body = problemBody({
    status: 503,
    code: "queue_full",
    detail: "Busy",
    headers: { "retry-after": "5" },
  });

  assert.deepEqual(Object.keys(body), ["type", "title", "status", "detail", "code", "error"]);
});

Deno.test("ProblemError says what its problem says", () => {
  const problem = { status: 405, code: "method_not_allowed", detail: "Use POST" } as const;
  const error = new ProblemError(problem);

  assert.equal(error.message, "Use POST");
  assert.equal(error.problem, problem);
});
