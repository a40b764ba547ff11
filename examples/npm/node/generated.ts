/**
 * The same API by a client that is generated from `/openapi.json`: `npm run generate` writes the
 * types, and openapi-fetch has the code.
 *
 * Usage: node node/out/generated.js http://localhost:8000
 */
import createClient from "openapi-fetch";
import type { components, paths } from "./api.js";

const [baseUrl = "http://localhost:8000"] = process.argv.slice(2);
const headers = { "Client-Token": crypto.randomUUID() };
const api = createClient<paths>({ baseUrl, headers });

type Itinerary = components["schemas"]["Itinerary"];

/** Polls a job until it has ended. */
async function follow(id: string): Promise<Itinerary> {
  for (;;) {
    const { data, error, response } = await api.GET("/api/itineraries/{id}", {
      params: { path: { id } },
    });
    if (!data) throw new Error(error?.detail ?? `status ${response.status}`);
    if (data.status !== "processing") return data;
    const seconds = Number(response.headers.get("retry-after") ?? 2);
    await new Promise((resolve) => setTimeout(resolve, 1_000 * seconds));
  }
}

const created = await api.POST("/api/itineraries", {
  body: { destination: "Porto", durationDays: 2, pace: "relaxed" },
});
if (!created.data) throw new Error(created.error.detail);
const { status, itinerary } = await follow(created.data.jobId);
console.log(status, itinerary?.map(({ day, theme }) => `${day}. ${theme}`).join(", "));

const unwanted = await api.POST("/api/generations", {
  body: { preferences: { interests: ["jazz"], city: "Lisbon" } },
});
const id = unwanted.data!.generationId;
const canceled = await api.DELETE("/api/generations/{id}", { params: { path: { id } } });
console.log(canceled.data?.status ?? canceled.error?.code);

const refused = await api.POST("/api/itineraries", {
  body: { destination: "Porto", durationDays: 99 },
});
console.log(refused.error?.code, refused.error?.errors?.[0]?.pointer);
