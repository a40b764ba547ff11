import { assertEquals, assertStrictEquals } from "@std/assert";
import { jsonPointer, problemBody, ProblemError } from "../../../routes/http/problem.ts";

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
    assertStrictEquals(jsonPointer(path), pointer);
  });
}

Deno.test("problemBody() returns a problem with the `error` member of the old clients", () => {
  assertEquals(problemBody({ code: "job_not_found", detail: "Itinerary not found" }), {
    type: "/problems/job_not_found",
    title: "Job not found",
    status: 404,
    detail: "Itinerary not found",
    code: "job_not_found",
    error: "Itinerary not found",
  });
});

Deno.test("problemBody() lists the invalid fields, and further members", () => {
  const errors = [{ pointer: "#/durationDays", detail: "expected a whole number from 1 to 30" }];
  const extensions = { state: "completed" };
  const body = problemBody({ code: "invalid_request", detail: "Bad", errors, extensions });

  assertEquals(Object.entries(body).slice(6), [["errors", errors], ["state", "completed"]]);
});

Deno.test("problemBody() leaves out the headers", () => {
  const body = problemBody({
    code: "queue_full",
    detail: "Busy",
    headers: { "retry-after": "5" },
  });

  assertEquals(Object.keys(body), ["type", "title", "status", "detail", "code", "error"]);
});

Deno.test("ProblemError has the detail of its problem as its message", () => {
  const problem = { code: "method_not_allowed", detail: "Use POST" } as const;
  const error = new ProblemError(problem);

  assertStrictEquals(error.message, "Use POST");
  assertStrictEquals(error.problem, problem);
});
