/**
 * The field of a form, with its label, its hint and its error.
 * @module
 */
import { useHomeWords } from "../../words/words.ts";
import { type FieldView, type Limits, listIn, listOf, said } from "../kinds/field.ts";

export interface FieldProps {
  field: FieldView;
  /** Unique in the page. */
  id: string;
  name: string;
  limits: Limits;
  value: string;
  error: string | undefined;
}

export function Field(props: FieldProps) {
  const { field, id, name, error } = props;
  const words = useHomeWords();
  const { input, width = "", hint } = field;
  const below = error ?? (hint && said(hint, words));
  const isGroup = input === "choice" || input === "list";
  const label = said(field.label, words);
  // The hint of a list is the label of its line for other entries.
  const shown = input === "list" && error === undefined ? "" : below;
  const note = (
    <p class={error ? "hint error" : "hint"} id={`${id}-hint`} aria-live="polite">{shown}</p>
  );
  return isGroup
    ? (
      <fieldset class={`field ${name}`} aria-describedby={`${id}-hint`}>
        <legend>{label}</legend>
        {input === "list" ? <List {...props} /> : <Choice {...props} />}
        {note}
      </fieldset>
    )
    : (
      <div class={`field ${name} ${width}`}>
        <label for={id}>{label}</label>
        <Input {...props} />
        {note}
      </div>
    );
}

/** The attributes that all inputs share. */
function useAttributes({ field, id, name, error }: FieldProps) {
  const words = useHomeWords();
  const example = field.example && words.form.example(said(field.example, words));
  return {
    id,
    name,
    placeholder: example,
    "aria-describedby": `${id}-hint`,
    "aria-invalid": error !== undefined,
  };
}

function Input(props: FieldProps) {
  const { field, limits, value } = props;
  const { input, required = false, options = [] } = field;
  const words = useHomeWords();
  const shared = { ...useAttributes(props), required };
  switch (input) {
    case "number":
      return (
        <input
          type="number"
          inputmode="numeric"
          {...shared}
          defaultValue={value}
          min={limits.minimum}
          max={limits.maximum}
        />
      );
    case "amount":
      return <input type="text" inputmode="decimal" {...shared} defaultValue={value} />;
    case "date":
      return (
        <input
          type="date"
          {...shared}
          defaultValue={value}
          min={limits.earliest}
          max={limits.latest}
        />
      );
    case "area":
      return <textarea {...shared} rows={3} dir="auto" defaultValue={value} />;
    case "select": {
      const isKnown = value === "" || options.some((option) => option.value === value);
      const all = isKnown ? options : [...options, { value, label: value }];
      return (
        <select {...shared}>
          {all.map((option) => (
            <option key={option.value} value={option.value} selected={option.value === value}>
              {said(option.label, words)}
            </option>
          ))}
        </select>
      );
    }
    default:
      return <input type="text" {...shared} defaultValue={value} dir="auto" />;
  }
}

function Choice({ field, name, value }: FieldProps) {
  const words = useHomeWords();
  return (
    <div class="chips">
      {field.options?.map((option) => (
        <label class="chip" key={option.value}>
          <input
            type="radio"
            name={name}
            value={option.value}
            defaultChecked={option.value === value}
          />
          <span>{said(option.label, words)}</span>
        </label>
      ))}
    </div>
  );
}

function List(props: FieldProps) {
  const { field, name, id, value } = props;
  const words = useHomeWords();
  const shared = useAttributes(props);
  const { options = [], hint = "" } = field;
  const entries = listIn(value);
  const others = entries.filter((entry) => options.every((option) => option.value !== entry));
  // Without an option, the field is a line. What a traveler has typed stays as it was typed.
  const isPlain = others.length === entries.length;
  return (
    <>
      <div class="chips">
        {options.map((option) => (
          <label class="chip" key={option.value}>
            <input
              type="checkbox"
              name={name}
              value={option.value}
              defaultChecked={entries.includes(option.value)}
            />
            <span>{said(option.label, words)}</span>
          </label>
        ))}
      </div>
      <label class="other" for={id}>{said(hint, words)}</label>
      <input
        type="text"
        {...shared}
        defaultValue={isPlain ? value : listOf(others)}
        dir="auto"
      />
    </>
  );
}
