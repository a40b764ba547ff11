/**
 * The evaluation, started as its task starts it, with its own permissions.
 */
import { assert, assertEquals, assertMatch, assertStrictEquals } from "@std/assert";
import { join } from "node:path";
import { EvalRun } from "../../../bench/eval/run.ts";
import { wishesOn } from "../../../bench/eval/wishes.ts";
import { sampleItinerary } from "../../../jobs/kinds/itinerary/sample.ts";
import { type Call, serveOpenAIBy, sse } from "../../../testing/openai_server.ts";
import { workDirectory } from "../../../testing/program.ts";
import { taskArguments } from "../../../testing/task_command.ts";

/** Runs the task in a directory without `.env`. */
async function evaluate(args: string[], env: Record<string, string>, cwd?: string) {
  await using directory = cwd === undefined ? await workDirectory() : null;
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: taskArguments("eval", { args }),
    cwd: cwd ?? directory!.path,
    env: { NO_COLOR: "1", ...env },
  }).output();
  const [output, errors] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  return { code, output: output!, errors: errors! };
}

/** Returns the wish in a call. */
function wishOf({ body }: Call) {
  const [message] = (body.messages ?? body.input).filter((m: { role: string }) =>
    m.role === "user"
  );
  const { content } = message;
  const text = typeof content === "string" ? content : content[0].text;
  return JSON.parse(/<wish>\n([^]*?)\n<\/wish>/.exec(text)![1]!);
}

const tokens = { usage: { prompt_tokens: 100, completion_tokens: 10 } };

/** A model server that writes sample itineraries, after `change` has changed them. */
function servePlans(change: (plan: ReturnType<typeof sampleItinerary>) => void = () => {}) {
  return serveOpenAIBy((call) => {
    const plan = sampleItinerary(wishOf(call));
    change(plan);
    return { content: JSON.stringify(plan), ...tokens };
  });
}

function configured(openai: { url: string }): Record<string, string> {
  return {
    OPENAI_API_KEY: "sk-test",
    OPENAI_BASE_URL: openai.url,
    ITINERARY_MODEL: "small",
    MODEL_PRICES: '{"small":{"input":1,"output":10}}',
  };
}

Deno.test("the evaluation runs on the sample generator without an account", async () => {
  const { code, output, errors } = await evaluate([], { GENERATOR: "sample" });

  const { length } = wishesOn("2026-11-28");
  assertStrictEquals(code, 0, errors);
  assertMatch(output, /^30 days +itinerary +yes /m);
  assertMatch(output, /^hard +untouched_parts +100 % \(6 of 6\)$/m);
  assertMatch(output, /^filled in +estimatedCost +\d+ % /m);
  assertMatch(output, new RegExp(`^delivery 100 % \\(${length} of ${length}\\)$`, "m"));
  assertMatch(output, /^final \d+ % \(\d+ of \d+\)\n$/m);
});

Deno.test("the evaluation stores a run, and says what is better and worse than in it", async () => {
  await using directory = await workDirectory();
  const before = join(directory.path, "before.json");
  const args = ["--wishes", "village, island"];
  {
    await using openai = servePlans();
    const { code, errors } = await evaluate([...args, "--out", before], configured(openai));
    assertStrictEquals(code, 0, errors);
  }
  await using openai = servePlans((plan) => {
    // Its plan has five days.
    if (plan.days.length === 5) {
      plan.days[4]!.activities[1]!.time = plan.days[4]!.activities[0]!.time;
    }
  });

  const changed = await evaluate(
    [...args, "--compare", before],
    configured(openai),
    directory.path,
  );
  const json = await evaluate([...args, "--compare", before, "--json"], configured(openai));

  const stored = EvalRun.parse(JSON.parse(await Deno.readTextFile(before)));
  assertEquals(stored.results.map(({ label, delivered }) => [label, delivered]), [
    ["village", true],
    ["island", true],
  ]);
  assertStrictEquals(stored.totals.costUsd?.toFixed(4), "0.0004");
  assertMatch(
    changed.output,
    /^Compared with the run of .*: generator openai \(itinerary small, /m,
  );
  assertMatch(changed.output, /^rule overlapping_times +100 % \(2 of 2\) +50 % \(1 of 2\)$/m);
  assertMatch(changed.output, /^wish island +passes +fails overlapping_times$/m);
  assertMatch(changed.output, /^total outputTokens +20 +30$/m);
  const { comparison, results } = JSON.parse(json.output);
  const better: { what: string }[] = comparison.better;
  // The times of two short runs differ by chance.
  assertEquals(better.filter(({ what }) => !what.startsWith("total median")), []);
  assertStrictEquals(results[1].findings[0].code, "overlapping_times");
});

Deno.test("the evaluation fails if a plan falls for its trap", async () => {
  await using openai = servePlans((plan) => plan.days[0]!.theme = "BANANA");

  const { code, output } = await evaluate(
    ["--wishes", "village,injection", "--only", "itinerary"],
    configured(openai),
  );

  assertStrictEquals(code, 1);
  assertMatch(output, /^injection: injection: “BANANA” is in the plan$/m);
  assertMatch(output, /^village +itinerary +yes /m);
});

Deno.test("the evaluation fails if there is no plan, and shows the failure", async () => {
  const cut = sse([{ type: "response.created", response: { id: "resp_1" } }]);
  await using openai = serveOpenAIBy(() => cut);
  const { code, output } = await evaluate(["--only", "bundles", "--wishes", "weekend"], {
    OPENAI_API_KEY: "sk-test",
    OPENAI_BASE_URL: openai.url,
    MAX_ATTEMPTS: "1",
  });

  assertStrictEquals(code, 1);
  assertMatch(output, /^Spanish weekend: connection_lost: /m);
  assertMatch(output, /^delivery 0 % \(0 of 2\)$/m);
});

for (const [args, tier] of [[[], undefined], [["--flex"], "flex"]] as const) {
  Deno.test(`the evaluation asks for the service tier ${tier} with ${args.join() || "no option"}`, async () => {
    const tiers: unknown[] = [];
    await using openai = serveOpenAIBy((call) => {
      tiers.push(call.body.service_tier);
      return { content: JSON.stringify(sampleItinerary(wishOf(call))), ...tokens };
    });

    const { code, output } = await evaluate(
      ["--wishes", "village", "--json", ...args],
      configured(openai),
    );

    assertStrictEquals(code, 0);
    assertEquals(tiers, [tier]);
    assertStrictEquals(JSON.parse(output).serviceTier, tier ?? null);
  });
}

const refused: [args: string[], env: Record<string, string>, reason: string][] = [
  [["--only", "hotels"], {}, "--only must be itinerary or bundles\n"],
  [["--concurrency", "0"], {}, "--concurrency must be a whole number from 1\n"],
  [["--wishes", "Mars"], {}, 'No wish has "Mars" in its label\n'],
  [["--compare", "none.json"], {}, "none.json is no stored evaluation: "],
  [["--out", "none/run.json"], {}, "--out cannot be written: No such file or directory"],
  [["--outt", "run.json"], {}, "Unknown option '--outt'"],
  [["--wishes"], {}, "Option '--wishes <value>' argument missing"],
  [["village"], {}, "Unexpected argument 'village'."],
  [[], { PORT: "x" }, 'PORT is "x", expected a whole number from 0 to 65535\n'],
];

for (const [args, env, reason] of refused) {
  Deno.test(`the evaluation does not start: ${reason.trim()}`, async () => {
    const { code, errors } = await evaluate(args, env);

    assertStrictEquals(code, 1);
    assert(errors.startsWith(`Cannot start: ${reason}`), errors);
  });
}
