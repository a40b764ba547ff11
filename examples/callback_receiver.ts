/**
 * Receives callbacks and checks their signatures. The service calls it at the end of each job whose
 * `callbackUrl` leads here:
 *
 *     API_KEY=my-secret-key-0001 deno run --allow-net --allow-env examples/callback_receiver.ts
 *
 * It listens on PORT, 9000 unless set.
 */
import { createHash } from "node:crypto";
import { Webhook } from "standardwebhooks";

const apiKey = Deno.env.get("API_KEY");
if (!apiKey) throw new Error("Set API_KEY to the key that creates the jobs");

// The signing secret follows from the API key, so the two cannot get out of step.
const secret = createHash("sha256").update(`callback:${apiKey}`).digest("base64");
const webhook = new Webhook(secret);

/** The ids of the deliveries so far: a delivery may arrive twice. A real receiver stores them. */
const seen = new Set<string>();

const port = Number(Deno.env.get("PORT") ?? 9000);
const server = Deno.serve({ port, hostname: "127.0.0.1", onListen() {} }, async (request) => {
  const body = await request.text();
  try {
    // Throws if the signature is wrong, or older than five minutes.
    const { type, data } = webhook.verify(body, Object.fromEntries(request.headers)) as {
      type: string;
      data: { jobId?: string; generationId?: string };
    };
    const id = request.headers.get("webhook-id")!;
    if (!seen.has(id)) {
      seen.add(id);
      console.log(`${type} ${data.jobId ?? data.generationId}`);
    }
    return new Response(null, { status: 204 });
  } catch (error) {
    console.error(`refused: ${(error as Error).message}`);
    return new Response("The signature is not valid\n", { status: 401 });
  }
});
console.log(`Listening on http://127.0.0.1:${server.addr.port}/`);
