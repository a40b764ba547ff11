/**
 * The first steps with the API, in four languages. The tests run each of them.
 * @module
 */

/** What a snippet depends on. */
export interface SnippetOptions {
  /** The URL of the service without a path. */
  origin: string;
  /** Whether a call needs an API key. */
  needsKey: boolean;
}

/** A piece of code to copy. */
export interface Snippet {
  /** The anchor on the page. */
  id: string;
  title: string;
  /** The language, as Markdown calls it. */
  language: string;
  /** One or two sentences, as Markdown. */
  about: string;
  code: string;
}

/** Returns the snippets for a service. */
export function snippetsFor(options: SnippetOptions): Snippet[] {
  return [
    {
      id: "curl",
      title: "curl",
      language: "sh",
      about: "The first command waits up to a minute for the plan. Without `Prefer: wait`, the " +
        "answer comes at once, and the plan grows at the address in `Location`. The second " +
        "command shows that as a stream of events.",
      code: curl(options),
    },
    {
      id: "client",
      title: "JavaScript and TypeScript",
      language: "ts",
      about: "The module `/client.js` has types, no dependencies and less than 7 KB. It goes on " +
        "through lost connections and restarts. Browsers and Deno load it from here; for Node and " +
        "bundlers it is also an npm package, see below." +
        (options.needsKey ? " Never put a key into a public page." : ""),
      code: client(options),
    },
    {
      id: "react",
      title: "React",
      language: "tsx",
      about: "`useTrip()` is in the npm package of the client, `tripwright-client`. `deno task " +
        "client` builds it from the sources of this service, into `dist/npm`.",
      code: react(options),
    },
    {
      id: "python",
      title: "Python",
      language: "python",
      about: "Only the standard library. `Retry-After` says when to ask again.",
      code: python(options),
    },
  ];
}

function curl({ origin, needsKey }: SnippetOptions): string {
  const key = needsKey ? ` \\\n  -H "Authorization: Bearer $API_KEY"` : "";
  return `# Create a trip, and wait for its plan
curl ${origin}/api/itineraries${key} \\
  -H 'Content-Type: application/json' -H 'Prefer: wait=60' \\
  -d '{"destination":"Lisbon","durationDays":3}'

# Create a trip, and watch it grow
job=$(curl -si ${origin}/api/itineraries${key} \\
  -H 'Content-Type: application/json' \\
  -d '{"destination":"Lisbon","durationDays":3}' |
  tr -d '\\r' | sed -n 's/^[Ll]ocation: //p')
curl -N "${origin}$job/events"${key}`;
}

function client({ origin, needsKey }: SnippetOptions): string {
  const key = needsKey ? `, apiKey: "…"` : "";
  return `import { createTripClient, partsOf } from "${origin}/client.js";

const trips = createTripClient({ baseUrl: "${origin}"${key} });

const job = await trips.createItinerary({ destination: "Lisbon", durationDays: 3 });
const done = await trips.watch(job, {
  onProgress: (job) => console.log(\`\${partsOf(job).length} days are written\`),
});
for (const { day, theme } of partsOf(done)) console.log(day, theme);

// Change the plan: another second day
const changed = await trips.watch(await trips.refine(done, { day: 2 }));
console.log(partsOf(changed)[1]?.theme);`;
}

function react({ origin, needsKey }: SnippetOptions): string {
  const key = needsKey ? `, apiKey: "…"` : "";
  return `import { useState } from "react";
import { createTripClient } from "tripwright-client";
import { useTrip } from "tripwright-client/react";

const trips = createTripClient({ baseUrl: "${origin}"${key} });

export function Planner() {
  const [id, setId] = useState<{ jobId: string } | null>(null);
  const { status, parts, error, cancel } = useTrip(id, { client: trips });

  async function plan() {
    setId(await trips.createItinerary({ destination: "Lisbon", durationDays: 3 }));
  }

  if (error) return <p role="alert">{error.message}</p>;
  return (
    <section aria-busy={status === "processing"}>
      <button onClick={plan}>Plan three days in Lisbon</button>
      {status === "processing" && <button onClick={cancel}>Stop</button>}
      {parts.map(({ day, theme }) => <h2 key={day}>{theme}</h2>)}
    </section>
  );
}`;
}

function python({ origin, needsKey }: SnippetOptions): string {
  const imports = needsKey ? "import json, os, time" : "import json, time";
  const key = needsKey ? `, "Authorization": "Bearer " + os.environ["API_KEY"]` : "";
  return `${imports}
from urllib.request import Request, urlopen

def call(path, body=None):
    headers = {"Content-Type": "application/json"${key}}
    data = json.dumps(body).encode() if body else None
    with urlopen(Request("${origin}" + path, data, headers)) as answer:
        return json.load(answer), answer.headers

job, headers = call("/api/itineraries", {"destination": "Lisbon", "durationDays": 3})
path = headers["Location"]
while job["status"] == "processing":
    time.sleep(int(headers["Retry-After"]))
    job, headers = call(path)

for day in job["itinerary"] or []:
    print(day["day"], day["theme"])`;
}
