/**
 * The end of a plan: a form to change it in own words, and links to plan again. Without a script the
 * server reads the form.
 * @module
 */
import { idOf } from "../../client/job.ts";
import { useWords } from "../../words/words.ts";
import type { Place, Refusal } from "../refusal.ts";
import { RefusalNotice } from "../refusal_notice.tsx";
import { tripUrl } from "../session.ts";
import { formUrl, type Wish } from "../wish.ts";
import { CHANGE_ID, SHAPE_FORM_ID } from "./context.ts";
import { type Change, instructionFor, MAX_TEXT, type PlanShape } from "./plan_shape.ts";
import type { ShapingPage } from "./use_shaping.ts";

interface ChangeFormProps {
  shaping: ShapingPage;
  /** The request of the trip; `null`: its kind has no form. */
  wish: Wish | null;
}

/** Shows nothing while the plan is not finished. */
export function ChangeForm({ shaping, wish }: ChangeFormProps) {
  const words = useWords().shaping;
  const { job, canChange, shape, state } = shaping;
  if (job.status !== "completed" || !shape || !state) return null;
  const canAsk = canChange && job.source !== "placeholder";
  return (
    <section class="change" id={CHANGE_ID} aria-labelledby="change-title">
      <h2 id="change-title">{words.title}</h2>
      {canAsk ? <Forms shaping={shaping} /> : <p class="quiet">{words.ownHint}</p>}
      {shaping.edits.isEdited && <Edited shaping={shaping} />}
      {wish && (
        <p>
          <a class="button" href={formUrl(wish)}>{canChange ? words.again : words.own}</a>
        </p>
      )}
    </section>
  );
}

function Forms({ shaping }: { shaping: ShapingPage }) {
  const words = useWords().shaping;
  const { job, change, part, setPart } = shaping;
  const [shape, state] = [shaping.shape!, shaping.state!];
  const action = `${tripUrl(idOf(job))}/changes`;
  // The toast shows why a change of a menu was refused: this form may be far away.
  const refused = change.refused?.isText ? change.refused : state.refused;

  function send(event: SubmitEvent): void {
    event.preventDefault();
    const data = new FormData(event.currentTarget as HTMLFormElement);
    const text = String(data.get("text")).trim();
    const number = Number(data.get("part")) || null;
    if (text !== "") change.send({ instruction: instructionFor(shape, { text, number }) });
  }

  function sendPart(event: SubmitEvent): void {
    event.preventDefault();
    const value = (event.submitter as HTMLButtonElement | null)?.value;
    if (value) change.send(JSON.parse(value) as Change);
  }

  return (
    <>
      {refused && <Refused refusal={refused.refusal} />}
      <form method="post" action={action} onSubmit={send}>
        <input type="hidden" name="formId" value={state.formId} />
        <div class="field">
          <label for="change-text">{words.textLabel}</label>
          <textarea
            id="change-text"
            name="text"
            rows={2}
            required
            maxLength={MAX_TEXT}
            placeholder={words.textExample}
            defaultValue={state.refused?.text}
            aria-describedby="change-hint"
            dir="auto"
          />
        </div>
        <div class="row">
          <Scope shape={shape} job={job} part={part} onChoose={setPart} />
          <button type="submit" class="main" aria-disabled={change.sending !== null}>
            {change.sending?.includes('"instruction"') ? words.sending : words.send}
          </button>
        </div>
        <p class="quiet" id="change-hint">{words.hint}</p>
      </form>
      <form id={SHAPE_FORM_ID} method="post" action={action} onSubmit={sendPart}>
        <input type="hidden" name="formId" value={state.formId} />
      </form>
    </>
  );
}

interface ScopeProps extends Pick<ShapingPage, "job" | "part"> {
  shape: PlanShape;
  onChoose: (part: string) => void;
}

/** Chooses whether the whole plan or one part is to change. */
function Scope({ shape, job, part, onChoose }: ScopeProps) {
  const { plan, shaping: words } = useWords();
  return (
    <div class="field">
      <label for="change-part">{words.partLabel}</label>
      <select
        id="change-part"
        name="part"
        value={part}
        onChange={(event) => onChoose(event.currentTarget.value)}
      >
        <option value="" selected={part === ""}>{words.wholePlan}</option>
        {shape.partsOf(job).map((one, index) => (
          <option key={index} value={index + 1} selected={part === String(index + 1)}>
            {plan[shape.noun](index + 1)}: {shape.titleOf(one)}
          </option>
        ))}
      </select>
    </div>
  );
}

/** Tells why a change was refused. Some refusals mean something else here than in other forms. */
export function Refused({ refusal, place = "form" }: { refusal: Refusal; place?: Place }) {
  const { refusals } = useWords().shaping;
  const sentence = refusals[refusal.code];
  if (sentence === undefined) return <RefusalNotice refusal={refusal} place={place} />;
  return (
    <div class="notice" role="alert">
      <p class="title">{sentence}</p>
    </div>
  );
}

/** Tells of the changes by hand, and takes them back. */
function Edited({ shaping: { edits, undo, reset } }: { shaping: ShapingPage }) {
  const words = useWords().shaping;
  return (
    <div class="edited">
      <p>
        <strong>{words.edited}</strong> {words.editedHint}
      </p>
      <p class="row">
        <button type="button" aria-disabled={!edits.canUndo} onClick={undo}>{words.undo}</button>
        <button type="button" onClick={reset}>{words.reset}</button>
      </p>
    </div>
  );
}
