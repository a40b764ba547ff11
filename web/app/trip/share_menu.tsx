/**
 * Passes a trip on: by the share sheet of the device, by its link, or by a QR code.
 * @module
 */
import { useState } from "preact/hooks";
import type { Job } from "../../client/client.ts";
import { idOf } from "../../client/job.ts";
import { useWords } from "../../words/words.ts";
import { useAwake } from "../focus.ts";
import { tripUrl } from "../session.ts";
import { titleOfJob } from "../wish.ts";
import { Menu } from "./menu.tsx";
import { describeTrip } from "./trip_summary.ts";

/** The size of the QR code, in CSS pixels: a phone reads it from an arm's length. */
const CODE_SIZE = 176;

/**
 * On a phone, the button opens the share sheet, which can also copy the link. On other devices, and in
 * browsers without a share sheet, it opens a menu.
 *
 * @param props.hasCode whether the server shows the QR code to readers without an API key
 * @param props.isEdited whether this browser shows another plan than the link
 */
export function ShareMenu(
  { job, hasCode, isEdited }: { job: Job; hasCode: boolean; isEdited: boolean },
) {
  const words = useWords();
  const { share } = words;
  const isAwake = useAwake();
  const url = isAwake ? location.origin + tripUrl(idOf(job)) : "";
  const canShare = isAwake && typeof navigator.share === "function";
  const openSheet = () => {
    const text = describeTrip(job, words);
    // The traveler may close the sheet, which rejects the promise.
    navigator.share({ title: titleOfJob(job, words), text, url }).catch(() => {});
  };
  const press = () => {
    const isDirect = canShare && matchMedia("(pointer: coarse)").matches;
    if (isDirect) openSheet();
    return isDirect;
  };
  return (
    <Menu label={share.share} onPress={press}>
      <div class="needs-script stack">
        <label for="trip-link">{share.link}</label>
        <input
          id="trip-link"
          readOnly
          value={isAwake ? url : undefined}
          onFocus={({ currentTarget }) => currentTarget.select()}
        />
        <p class="buttons">
          <CopyLink url={url} />
          {canShare && <button type="button" onClick={openSheet}>{share.shareWith}</button>}
        </p>
      </div>
      <p class="quiet">{share.linkNote}</p>
      {isEdited && <p class="quiet">{share.editedNote}</p>}
      {hasCode && (
        <p class="code">
          <img
            src={`${tripUrl(idOf(job))}/qr.svg`}
            alt={share.qrCode}
            width={CODE_SIZE}
            height={CODE_SIZE}
            loading="lazy"
          />
          <span class="quiet">{share.scan}</span>
        </p>
      )}
    </Menu>
  );
}

function CopyLink({ url }: { url: string }) {
  const { share } = useWords();
  const [isCopied, setCopied] = useState(false);
  async function copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(url);
      setCopied(true);
    } catch {
      // The browser forbids it, or the page has no clipboard because it was served without TLS.
      prompt(share.copyPrompt, url);
    }
  }
  return (
    <>
      <button type="button" class="main" onClick={copy}>
        {isCopied ? share.linkCopied : share.copyLink}
      </button>
      <span class="unseen" role="status">{isCopied && share.linkCopied}</span>
    </>
  );
}
