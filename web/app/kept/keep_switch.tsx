/**
 * The switch that keeps trips in this browser, and the button that forgets all of them.
 * @module
 */
import { useEffect, useState } from "preact/hooks";
import { useWords } from "../../words/words.ts";
import { focusOn } from "../focus.ts";
import { type Choice, openChoice } from "./choice.ts";
import { openCopies } from "./copies.ts";
import { openRecentTrips } from "./recent_trips.ts";
import { applyChoice } from "./shell_worker.ts";

export interface KeepSwitchProps {
  /** How many trips the list has. */
  count: number;
  /** Called when trips were forgotten or copies deleted. */
  onForgotten: () => void;
}

export function KeepSwitch({ count, onForgotten }: KeepSwitchProps) {
  const { kept } = useWords();
  const [choice, setChoice] = useState<Choice>("on");
  useEffect(() => setChoice(openChoice().current), []);
  if (choice === "blocked") return null;
  if (choice === "site") return <p class="quiet">{kept.siteKeepsNone}</p>;

  async function turn(isOn: boolean): Promise<void> {
    openChoice().set(isOn);
    setChoice(openChoice().current);
    if (!isOn) await (await openCopies()).forgetAll();
    await applyChoice();
    onForgotten();
  }

  return (
    <div class="keeping">
      <label>
        <input
          type="checkbox"
          checked={choice === "on"}
          aria-describedby="keep-hint"
          onChange={({ currentTarget }) => turn(currentTarget.checked)}
        />{" "}
        {kept.keepTrips}
      </label>
      <p class="quiet" id="keep-hint">{kept.keepTripsHint}</p>
      {count > 0 && <ForgetAll count={count} onForgotten={onForgotten} />}
    </div>
  );
}

/** What is forgotten cannot come back, so the button asks first. */
function ForgetAll({ count, onForgotten }: KeepSwitchProps) {
  const { kept } = useWords();
  const [isAsking, setAsking] = useState(false);
  // The clicked button is replaced.
  useEffect(() => isAsking ? focusOn(QUESTION_ID) : undefined, [isAsking]);

  async function forgetAll(): Promise<void> {
    const [copies, choice, recent] = [await openCopies(), openChoice(), openRecentTrips()];
    for (const { id, expiresAt } of await copies.list()) choice.forget(id, expiresAt);
    for (const { id } of recent.list()) recent.remove(id);
    await copies.forgetAll();
    setAsking(false);
    focusOn("recent-title");
    onForgotten();
  }

  if (!isAsking) {
    return (
      <button type="button" class="small" onClick={() => setAsking(true)}>{kept.forgetAll}</button>
    );
  }
  return (
    <div class="question">
      <p id={QUESTION_ID} tabIndex={-1}>{kept.forgetAllQuestion(count)}</p>
      <p class="kept-actions">
        <button type="button" class="small" onClick={forgetAll}>{kept.forgetAllYes}</button>
        <button type="button" class="small" onClick={() => setAsking(false)}>
          {kept.forgetAllNo}
        </button>
      </p>
    </div>
  );
}

const QUESTION_ID = "forget-question";
