import { assertStrictEquals } from "@std/assert";
import { JobError } from "../../lib/job/failure.ts";
import { describeError } from "../../lib/log.ts";

Deno.test("describeError() leaves out the cause", () => {
  const error = new JobError("internal", "Internal error", { cause: new Error("sk-secret") });
  assertStrictEquals(describeError(error), "JobError: Internal error");
});
