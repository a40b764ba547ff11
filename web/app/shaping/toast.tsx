/**
 * What the page says about the last change by hand, with a button that takes it back.
 * @module
 */
import { useEffect } from "preact/hooks";
import { useWords } from "../../words/words.ts";
import { focusOn } from "../focus.ts";
import { Refused } from "./change_form.tsx";
import type { ShapingPage } from "./use_shaping.ts";

/** Long enough to read it. The change can also be taken back below the plan. */
const SHOWN_MS = 12_000;

export function ShapingToast(
  { shaping: { notice, closeNotice, undo, edits, change } }: { shaping: ShapingPage },
) {
  const words = useWords().shaping;
  useEffect(() => {
    if (notice === null) return;
    const timer = setTimeout(() => {
      leave();
      closeNotice();
    }, SHOWN_MS);
    return () => clearTimeout(timer);
  }, [notice?.count]);
  return (
    <>
      <p class="unseen" role="status">{notice?.text}</p>
      {change.refused && !change.refused.isText && (
        <div class="toast refused">
          <Refused refusal={change.refused.refusal} place="trip" />
          <CloseButton onClose={change.forgetRefusal} />
        </div>
      )}
      {notice && (
        <div class="toast">
          <p>{notice.text}</p>
          {edits.canUndo && (
            <button
              type="button"
              onClick={() => {
                leave();
                undo();
              }}
            >
              {words.undo}
            </button>
          )}
          <CloseButton onClose={closeNotice} />
        </div>
      )}
    </>
  );
}

function CloseButton({ onClose }: { onClose: () => void }) {
  const { close } = useWords().shaping;
  return (
    <button
      type="button"
      class="close"
      aria-label={close}
      onClick={() => {
        leave();
        onClose();
      }}
    >
      <span aria-hidden="true">×</span>
    </button>
  );
}

/** Moves the focus to the content before a button of the notice disappears. */
function leave(): void {
  if (document.activeElement?.closest(".toast")) focusOn("main");
}
