/**
 * The form that repeats a trip, with a link to edit its request first.
 * @module
 */
import { useState } from "preact/hooks";
import { useWords } from "../../words/words.ts";
import type { NextAction, Refusal } from "../refusal.ts";
import { RefusalNotice } from "../refusal_notice.tsx";
import { againKey, makeAgain, refusalOf } from "../session.ts";
import { fitsForm, formUrl, type Wish } from "../wish.ts";

export interface AgainFormProps {
  /** The id of the trip to repeat. Sending the form several times creates one new trip. */
  id: string;
  wish: Wish;
  /** The label of the button. */
  verb: string;
  /** The action to highlight. */
  best: NextAction;
}

export function AgainForm({ id, wish, verb, best }: AgainFormProps) {
  const words = useWords().outcome;
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const [isSending, setSending] = useState(false);

  async function send(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    if (isSending) return;
    setSending(true);
    setRefusal(null);
    try {
      await makeAgain(id, wish);
    } catch (error) {
      setRefusal(refusalOf(error));
    } finally {
      setSending(false);
    }
  }

  return (
    <form class="again" method="post" action="/trips" onSubmit={send}>
      {refusal && <RefusalNotice refusal={refusal} place="trip" />}
      <input type="hidden" name="formId" value={againKey(id)} />
      <input type="hidden" name="wish" value={JSON.stringify(wish)} />
      <button
        type="submit"
        class={best === "repeat" ? "main" : undefined}
        aria-disabled={isSending}
      >
        {isSending ? words.sending : verb}
      </button>
      <a class={best === "change" ? "button main" : "button"} href={formUrl(wish)}>
        {words.edit}
      </a>
      {!fitsForm(wish) && <p class="quiet">{words.leavesOut(verb)}</p>}
    </form>
  );
}
