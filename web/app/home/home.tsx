/**
 * The home page: a form for each kind of plan, and the list of trips in this browser.
 * @module
 */
import type { Noun } from "../../../jobs/kinds/contracts.ts";
import { viewOf, wishKinds } from "../kinds/registry.ts";
import type { FormValues } from "../kinds/form_view.ts";
import { RecentList } from "./recent_list.tsx";
import type { Refusal } from "../refusal.ts";
import type { FieldErrors, FormLimits } from "../wish.ts";
import { WishForm } from "./wish_form.tsx";

export interface HomeState {
  page: "home";
  limits: FormLimits;
  /** Whether a request needs an API key. */
  needsKey: boolean;
  /** The kind whose form is filled in, and the values of its fields. */
  kind: Noun;
  values: FormValues;
  errors: FieldErrors;
  refusal: Refusal | null;
  /** Identifies the form, so that sending it twice without JavaScript creates one job. */
  formId: string;
}

export function HomePage({ state }: { state: HomeState }) {
  return (
    <main id="main" class="home">
      <div class="intro">
        <h1>Where to next?</h1>
        <p>
          Tell us what you have in mind and watch your plan take shape.{" "}
          <span class="needs-script">
            You can close the page while we work: your plan waits under "Your trips".
          </span>
          <span class="without-script">
            You can close the trip's page while we work: its link leads back to your plan.
          </span>{" "}
          Save it before it expires.
        </p>
      </div>
      <fieldset class="choice">
        <legend class="unseen">What would you like to plan?</legend>
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
