/**
 * The form of a wish. Without JavaScript the server checks it. With JavaScript each field shows its
 * error at once, and the page sends the wish in the background.
 * @module
 */
import { KeyField, KeyNotice } from "../key_field.tsx";
import type { FieldView, Limits } from "../kinds/field.ts";
import { viewOf } from "../kinds/registry.ts";
import { RefusalNotice } from "../refusal_notice.tsx";
import { useWishForm, type WishFormProps } from "./wish_form_state.ts";

export function WishForm({ kind, home }: WishFormProps) {
  const { form, fieldOf, key, refusal, isSending, send } = useWishForm({ kind, home });
  const { verb, fields } = viewOf(kind);
  const isOptional = Object.values(fields).every(({ required }) => !required);
  return (
    <form
      ref={form}
      class={`wish ${kind}`}
      method="post"
      action="/trips"
      onSubmit={send}
      aria-label={verb}
    >
      <input type="hidden" name="kind" value={kind} />
      <input type="hidden" name="formId" value={home.formId} />
      {isOptional && <p class="quiet">All fields are optional.</p>}
      <div class="fields">
        {Object.entries(fields).map(([name, field]) => (
          <Field key={name} field={field} {...fieldOf(name)} />
        ))}
      </div>
      {home.needsKey && (
        <>
          <KeyField
            id={`${kind}-key`}
            error={key.error}
            hint={key.hasKey
              ? "Leave empty to use the key you entered before"
              : "You need an API key. Ask the people who run this site for one"}
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
        {isSending ? "Sending…" : verb}
      </button>
      {isSending && (
        <p class="quiet late" role="status">
          This is taking longer than usual. Your entries are still here.
        </p>
      )}
    </form>
  );
}

interface FieldProps {
  field: FieldView;
  name: string;
  limits: Limits;
  value: string;
  error: string | undefined;
  onInput: () => void;
  onBlur: () => void;
}

function Field({ field, name, limits, value, error, ...events }: FieldProps) {
  const { label, hint, example } = field;
  const shared = {
    id: name,
    name,
    defaultValue: value,
    placeholder: `e.g. ${example}`,
    "aria-describedby": `${name}-hint`,
    "aria-invalid": error !== undefined,
    ...events,
  };
  return (
    <div class={`field ${name}`}>
      <label for={name}>{label}</label>
      <Input {...{ field, limits, shared }} />
      <p class={error ? "hint error" : "hint"} id={`${name}-hint`} aria-live="polite">
        {error ?? hint}
      </p>
    </div>
  );
}

interface InputProps extends Pick<FieldProps, "field" | "limits"> {
  /** The attributes that all inputs share. */
  shared: {
    id: string;
    name: string;
    defaultValue: string;
    placeholder: string;
    "aria-describedby": string;
    "aria-invalid": boolean;
    onInput: () => void;
    onBlur: () => void;
  };
}

function Input({ field: { input, required = false }, limits, shared }: InputProps) {
  if (input === "number") {
    const { minimum, maximum } = limits;
    return (
      <input
        type="number"
        inputmode="numeric"
        {...shared}
        required={required}
        min={minimum}
        max={maximum}
      />
    );
  }
  if (input === "area") {
    const { defaultValue, ...rest } = shared;
    return (
      <textarea {...rest} rows={3} required={required} dir="auto" defaultValue={defaultValue} />
    );
  }
  return <input type="text" {...shared} required={required} dir="auto" />;
}
