/**
 * The first page: what is wished for, and the trips that this browser knows.
 * @module
 */
import type { Noun } from "../../jobs/kinds/contracts.ts";
import { viewOf, wishKinds } from "./kinds/registry.ts";
import type { FormValues } from "./kinds/view.ts";
import { RecentList } from "./recent_list.tsx";
import type { Refusal } from "./refusal.ts";
import type { FieldErrors, FormLimits } from "./wish.ts";
import { WishForm } from "./wish_form.tsx";

export interface HomeState {
  page: "home";
  limits: FormLimits;
  /** Wishes need an API key. */
  needsKey: boolean;
  /** What is filled in already, and of which kind it is. */
  kind: Noun;
  values: FormValues;
  errors: FieldErrors;
  refusal: Refusal | null;
  /** Makes a form that is sent twice without JavaScript one wish. */
  formId: string;
}

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
        {wishKinds.map((kind) => <Choice key={kind} kind={kind} isChosen={kind === state.kind} />)}
      </fieldset>
      {wishKinds.map((kind) => <WishForm key={kind} kind={kind} home={state} />)}
      <RecentList />
    </main>
  );
}

function Choice({ kind, isChosen }: { kind: Noun; isChosen: boolean }) {
  const { title, text } = viewOf(kind).choice;
  return (
    <label>
      <input
        type="radio"
        name="choice"
        id={`choose-${kind}`}
        value={kind}
        defaultChecked={isChosen}
      />
      <span class="title">{title}</span>
      <span class="quiet">{text}</span>
    </label>
  );
}
