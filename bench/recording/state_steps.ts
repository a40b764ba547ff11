/**
 * Requests about the job that was kept as `job`, in any of its states.
 * @module
 */
import type { Recorder, Step } from "./recorder.ts";
import { etagOf, idOf } from "./wishes.ts";

/** Returns the requests for all views of the job. */
export function views(state: string, path: string): Step[] {
  return [
    { name: `${state}: GET`, ask: `GET ${path}/{job}`, keep: { tag: etagOf } },
    { name: `${state}: HEAD`, ask: `HEAD ${path}/{job}` },
    { name: `${state}: known`, ask: `GET ${path}/{job}`, headers: { "if-none-match": "{tag}" } },
    { name: `${state}: timeline`, ask: `GET ${path}/{job}/timeline` },
    { name: `${state}: page`, ask: "GET /trips/{job}" },
  ];
}

/** Returns the requests for the files of the job, with or without a plan. */
export function files(state: string): Step[] {
  return ["plan.md", "plan.json", "plan.ics?start=2099-12-31"].map((file) => ({
    name: `${state}: ${file}`,
    ask: `GET /trips/{job}/${file}`,
  }));
}

/** Records a job whose retry is late, because the model asks for a pause. */
export async function retried(recorder: Recorder, path: string, wish: object): Promise<void> {
  await recorder.sendWhenThereIsRoom({
    name: "accepted",
    ask: `POST ${path}`,
    body: wish,
    keep: { job: idOf },
  });
  await recorder.program.until(({ log }) =>
    log.some(({ message, jobId }) => message === "retry" && jobId === recorder.kept("job"))
  );
  await recorder.run([
    ...views("retrying", path),
    { name: "canceled", ask: `DELETE ${path}/{job}` },
    { name: "timeline of a canceled job", ask: `GET ${path}/{job}/timeline` },
  ]);
}
