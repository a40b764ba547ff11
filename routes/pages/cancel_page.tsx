/**
 * The page that asks before it stops the planning of a trip, for browsers that run no script.
 * @module
 */
import type { Context } from "hono";
import { titleOfJob } from "../../web/app/wish.ts";
import { WhatStays } from "../../web/app/trip/stop_form.tsx";
import type { Job } from "../../web/client/client.ts";
import { idOf } from "../../web/client/job.ts";
import { WordsProvider } from "../../web/words/words.ts";
import { sendPage } from "./html.tsx";
import { wordsOf } from "./language.ts";

/** Answers with the question whether to stop the planning of a trip. */
export function sendCancelPage(c: Context, job: Job): Promise<Response> {
  const words = wordsOf(c);
  const { stopTitle, stopYes, stopNo } = words.waiting;
  const trip = `/trips/${idOf(job)}`;
  return sendPage(c, {
    title: stopTitle,
    head: <meta name="robots" content="noindex" />,
    main: (
      <main id="main" class="text">
        <p class="quiet" dir="auto">{titleOfJob(job, words)}</p>
        <h1>{stopTitle}</h1>
        <p>
          <WordsProvider value={words}>
            <WhatStays job={job} />
          </WordsProvider>
        </p>
        <form class="actions" method="post" action={`${trip}/cancel`}>
          <button type="submit" class="main">{stopYes}</button>
          <a class="button" href={trip}>{stopNo}</a>
        </form>
      </main>
    ),
  });
}
