/**
 * The form of a trip. Without JavaScript the server checks it. With JavaScript each field shows its
 * error at once, and the page sends the form in the background.
 * @module
 */
import type { ComponentChildren } from "preact";
import { useHomeWords } from "../../words/words.ts";
import { KeyField, KeyNotice } from "../key_field.tsx";
import { type FieldView, said } from "../kinds/field.ts";
import { formOf } from "../kinds/forms.ts";
import { RefusalNotice } from "../refusal_notice.tsx";
import { Field } from "./form_field.tsx";
import type { WishFormProps } from "./field_state.ts";
import { useWishForm } from "./wish_form_state.ts";

export function WishForm({ kind, home }: WishFormProps) {
  const words = useHomeWords();
  const state = useWishForm({ kind, home });
  const { form, key, refusal, isSending } = state;
  const { verb, fields } = formOf(kind);
  const all = Object.entries(fields);
  const isOptional = all.every(([, { required }]) => !required);
  const details = all.filter(([, { isDetail }]) => isDetail);
  const show = ([name, field]: [string, FieldView]) => (
    <Field key={name} field={field} {...state.fieldOf(name)} />
  );
  return (
    <form
      ref={form}
      class={`wish ${kind}`}
      method="post"
      action="/trips"
      // The server and the script have better words than the browser, which also cannot show an
      // error in closed details.
      noValidate
      onSubmit={state.send}
      onInput={state.onInput}
      onFocusOut={state.onLeave}
      onReset={state.onReset}
      aria-label={said(verb, words)}
    >
      <input type="hidden" name="kind" value={kind} />
      <input type="hidden" name="formId" value={home.formId} />
      {isOptional && <p class="quiet">{words.form.allOptional}</p>}
      <div class="fields">{all.filter(([, { isDetail }]) => !isDetail).map(show)}</div>
      {details.length > 0 && (
        <Details kind={kind} count={state.detailCount} isOpen={state.isOpen}>
          {details.map(show)}
        </Details>
      )}
      {home.needsKey && (
        <>
          <KeyField
            id={`${kind}-key`}
            error={key.error}
            hint={key.hasKey ? words.form.keyKept : words.form.keyNeeded}
          />
          <KeyNotice />
        </>
      )}
      {refusal && <RefusalNotice refusal={refusal} place="form" />}
      <button
        type="submit"
        class={home.needsKey ? "main needs-script" : "main"}
        aria-disabled={isSending}
      >
        {isSending ? words.form.sending : said(verb, words)}
      </button>
      {isSending && <p class="quiet late" role="status">{words.form.slow}</p>}
    </form>
  );
}

interface DetailsProps {
  kind: WishFormProps["kind"];
  /** How many details are filled in. */
  count: number;
  /** Whether the page begins with open details. */
  isOpen: boolean;
  children: ComponentChildren;
}

/** What is one step away: the other facts of a trip. */
function Details({ kind, count, isOpen, children }: DetailsProps) {
  const words = useHomeWords();
  const { details = "" } = formOf(kind);
  return (
    <details class="more" open={isOpen}>
      <summary>
        <span class="title">{words.form.details}</span>{" "}
        <span class="quiet">
          {count > 0 ? words.form.filledIn(count) : said(details, words)}
        </span>
      </summary>
      <div class="fields">{children}</div>
      <p class="clear">
        <button type="reset" class="plain">{words.form.clear}</button>
      </p>
    </details>
  );
}
