/**
 * Opens a trip file that this site has saved: chosen in a dialog, or dropped onto the page.
 * @module
 */
import { useEffect, useState } from "preact/hooks";
import { useWords, type Words } from "../../words/words.ts";
import { openChoice } from "./choice.ts";
import { openCopies } from "./copies.ts";
import { copyUrl } from "./copy_url.ts";
import {
  copyOf,
  type FileFault,
  MAX_FILE_BYTES,
  readTripFile,
  type Shapes,
  SHAPES_PATH,
} from "./trip_file.ts";

type Fault = FileFault | keyof Words["kept"]["faults"];

export function OpenFile() {
  const { kept } = useWords();
  const [fault, setFault] = useState<Fault | null>(null);
  const [isDragged, setDragged] = useState(false);

  async function open(file: File | undefined): Promise<void> {
    if (!file) return;
    setFault(null);
    const opened = await keepFile(file).catch((): Fault => "offline");
    if (typeof opened === "string") setFault(opened);
    else location.assign(opened.url);
  }

  useEffect(() => {
    const listeners = new AbortController();
    const hasFile = ({ dataTransfer }: DragEvent) => dataTransfer?.types.includes("Files") ?? false;
    const on = (type: "dragover" | "dragleave" | "drop", listener: (event: DragEvent) => void) =>
      addEventListener(type, (event) => hasFile(event) && listener(event), listeners);
    // Without this, the browser leaves the page and shows the file.
    on("dragover", (event) => {
      event.preventDefault();
      setDragged(true);
    });
    on("dragleave", ({ relatedTarget }) => relatedTarget === null && setDragged(false));
    on("drop", (event) => {
      event.preventDefault();
      setDragged(false);
      open(event.dataTransfer?.files[0]);
    });
    return () => listeners.abort();
  }, []);

  return (
    <div class={isDragged ? "open-file dragged" : "open-file"}>
      <label class="button">
        {kept.openFile}
        <input
          type="file"
          class="unseen"
          accept=".json,application/json"
          onChange={({ currentTarget }) => {
            open(currentTarget.files?.[0]);
            // The same file can be chosen again.
            currentTarget.value = "";
          }}
        />
      </label>
      <p class="quiet">{kept.dropHint}</p>
      {fault && <p class="error" role="alert">{kept.faults[fault]}</p>}
    </div>
  );
}

/**
 * Keeps the trip of a file in this browser.
 *
 * @returns the address of the copy, or why the file was not opened
 * @throws {TypeError} if the check needs a connection, and there is none
 */
async function keepFile(file: File): Promise<Fault | { url: string }> {
  const choice = openChoice();
  if (choice.current !== "on") return choice.current === "blocked" ? "blocked" : "off";
  if (file.size > MAX_FILE_BYTES) return "tooLarge";
  const answer = await fetch(SHAPES_PATH);
  if (!answer.ok) return "offline";
  const read = readTripFile(await file.text(), await answer.json() as Shapes);
  if (typeof read === "string") return read;
  const copy = copyOf(read, new Date().toISOString());
  const saved = await (await openCopies()).put(copy);
  return saved === "saved" ? { url: copyUrl(copy) } : saved;
}
