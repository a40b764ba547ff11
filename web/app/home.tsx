/**
 * The first page: what is wished for, and the trips that this browser knows.
 * @module
 */
import { RecentList } from "./recent_list.tsx";
import type { Refusal } from "./refusal.ts";
import type { FieldErrors, FormLimits, FormValues, TripKind } from "./wish.ts";
import { WishForm } from "./wish_form.tsx";

export interface HomeState {
  page: "home";
  limits: FormLimits;
  /** Wishes need an API key. */
  needsKey: boolean;
  /** What is filled in already, and of which kind it is. */
  kind: TripKind;
  values: FormValues;
  errors: FieldErrors;
  refusal: Refusal | null;
  /** Makes a form that is sent twice without JavaScript one wish. */
  formId: string;
}

const choices: { kind: TripKind; title: string; text: string }[] = [
  { kind: "itinerary", title: "Itinerary", text: "Day by day, in about 20 seconds" },
  { kind: "generation", title: "Weekend bundles", text: "Researched events, in 2 to 5 minutes" },
];

export function HomePage({ state }: { state: HomeState }) {
  return (
    <main id="main" class="home">
      <div class="intro">
        <h1>Where to next?</h1>
        <p>
          Make a wish and watch the plan grow. You may close this page at any time: the work goes
          on, and the plan waits for you.
        </p>
      </div>
      <fieldset class="choice">
        <legend class="unseen">What would you like?</legend>
        {choices.map(({ kind, title, text }) => (
          <label key={kind}>
            <input
              type="radio"
              name="choice"
              id={`choose-${kind}`}
              value={kind}
              defaultChecked={kind === state.kind}
            />
            <span class="title">{title}</span>
            <span class="quiet">{text}</span>
          </label>
        ))}
      </fieldset>
      {choices.map(({ kind }) => <WishForm key={kind} kind={kind} home={state} />)}
      <RecentList />
    </main>
  );
}
