/**
 * The home page: a form for each kind of plan, an example, and the list of trips in this browser.
 * @module
 */
import type { Noun } from "../../../jobs/kinds/contracts.ts";
import { useHomeWords } from "../../words/words.ts";
import type { Job } from "../../client/job.ts";
import { said } from "../kinds/field.ts";
import { formOf } from "../kinds/forms.ts";
import { wishKinds } from "../kinds/registry.ts";
import type { FormValues } from "../kinds/form_view.ts";
import type { Land } from "../map/land.ts";
import { ExamplePlan } from "./example_plan.tsx";
import { RecentList } from "./recent_list.tsx";
import type { Refusal } from "../refusal.ts";
import type { FieldErrors, FormLimits } from "../form.ts";
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
  /** A finished trip that shows what a plan looks like; `null`: there is none. */
  example: { job: Job; land: Land | null } | null;
}

export function HomePage({ state }: { state: HomeState }) {
  const { home } = useHomeWords();
  return (
    <main id="main" class="home">
      <div class="intro">
        <h1>{home.title}</h1>
        <p>{home.text}</p>
      </div>
      <div class="ask">
        <fieldset class="choice">
          <legend class="unseen">{home.choose}</legend>
          {wishKinds.map((kind) => (
            <Choice
              key={kind}
              kind={kind}
              isChosen={kind === state.kind}
            />
          ))}
        </fieldset>
        {wishKinds.map((kind) => <WishForm key={kind} kind={kind} home={state} />)}
      </div>
      {state.example && <ExamplePlan {...state.example} />}
      <RecentList />
    </main>
  );
}

function Choice({ kind, isChosen }: { kind: Noun; isChosen: boolean }) {
  const words = useHomeWords();
  const { title, text } = formOf(kind).choice;
  return (
    <label>
      <input
        type="radio"
        name="choice"
        id={`choose-${kind}`}
        value={kind}
        defaultChecked={isChosen}
      />
      <span class="title">{said(title, words)}</span>
      <span class="quiet">{said(text, words)}</span>
    </label>
  );
}
