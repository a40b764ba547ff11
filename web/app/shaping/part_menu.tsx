/**
 * The mark and the menu of a part of a plan, or of one of its items. Without a script, its buttons
 * send a form of the page.
 * @module
 */
import { useContext, useRef } from "preact/hooks";
import { useWords } from "../../words/words.ts";
import {
  CHANGE_ID,
  type Hand,
  menuId,
  type Menus,
  SHAPE_FORM_ID,
  type Shaping,
  ShapingContext,
} from "./context.ts";
import { startDrag } from "./drag.ts";
import type { PartRef } from "./plan_shape.ts";

/** Shows nothing outside of {@link ShapingContext}. It belongs into the list item of its part. */
export function PartMenu(ref: PartRef) {
  const shaping = useContext(ShapingContext);
  return shaping && <Tools part={ref} shaping={shaping} />;
}

function Tools({ part: ref, shaping }: { part: PartRef; shaping: Shaping }) {
  const words = useWords().shaping;
  const { menus, noun } = shaping;
  const mark = shaping.markOf(ref);
  const hasHandle = ref.index !== undefined;
  if (mark === null && menus === null && !shaping.hasRoom) return null;
  return (
    <span class="shaping">
      {mark && <span class={`change-mark ${mark}`}>{words.marks[mark]}</span>}
      {menus && hasHandle && <Handle part={ref} hand={menus.hand} />}
      {menus && <Menu part={ref} menus={menus} noun={noun} />}
      {!menus && shaping.hasRoom && (
        <>
          {hasHandle && <span class="handle needs-script room" />}
          <span class="tool" />
        </>
      )}
    </span>
  );
}

/** The handle to drag an item. The buttons of the menu do the same without a pointer. */
function Handle({ part: { part, index }, hand }: { part: PartRef; hand: Hand }) {
  const { drag } = useWords().shaping;
  const drop = (to: number) => hand.move({ part, index: index! }, to);
  return (
    <span
      class="handle needs-script"
      aria-hidden="true"
      title={drag}
      onPointerDown={(event) => startDrag(event, drop)}
    />
  );
}

interface MenuProps {
  part: PartRef;
  menus: Menus;
  noun: "day" | "bundle";
}

function Menu({ part: ref, menus, noun }: MenuProps) {
  const { part, index } = ref;
  const words = useWords().shaping;
  const menu = useRef<HTMLDetailsElement>(null);
  const title = menus.titleOf(ref);
  const isPart = index === undefined;
  const change = menus.changeFor(ref);
  const isSending = change !== null && menus.sending === change;
  const name = words[noun];
  return (
    <details
      class="part-menu"
      id={menuId(ref)}
      name="part-menu"
      ref={menu}
      onKeyDown={closeOnEscape}
    >
      <summary class="tool" aria-label={isPart ? name.options(title) : name.itemOptions(title)}>
        <span aria-hidden="true">⋯</span>
      </summary>
      <div class="choices">
        {change !== null && (
          <button
            type="submit"
            form={SHAPE_FORM_ID}
            name="change"
            value={change}
            aria-disabled={menus.sending !== null}
          >
            {isSending ? words.sending : isPart ? name.anew : name.another}
          </button>
        )}
        {isPart && change !== null && (
          <a
            class="button"
            href={`#${CHANGE_ID}`}
            onClick={(event) => {
              event.preventDefault();
              menu.current!.open = false;
              menus.describe(part);
            }}
          >
            {name.describe}
          </a>
        )}
        {index !== undefined && (
          <HandButtons part={part} index={index} count={menus.countOf(part)} hand={menus.hand} />
        )}
      </div>
    </details>
  );
}

function HandButtons(
  { part, index, count, hand }: { part: number; index: number; count: number; hand: Hand },
) {
  const words = useWords().shaping;
  const step = (to: number, button: "up" | "down") => {
    if (to >= 0 && to < count) hand.move({ part, index }, to, button);
  };
  return (
    <>
      <button
        type="button"
        class="needs-script"
        data-move="up"
        aria-disabled={index === 0}
        onClick={() => step(index - 1, "up")}
      >
        {words.moveUp}
      </button>
      <button
        type="button"
        class="needs-script"
        data-move="down"
        aria-disabled={index === count - 1}
        onClick={() => step(index + 1, "down")}
      >
        {words.moveDown}
      </button>
      <button
        type="button"
        class="needs-script"
        aria-disabled={count === 1}
        onClick={() => count > 1 && hand.remove({ part, index })}
      >
        {words.remove}
      </button>
    </>
  );
}

function closeOnEscape(event: KeyboardEvent): void {
  const menu = event.currentTarget as HTMLDetailsElement;
  if (event.key !== "Escape" || !menu.open) return;
  menu.open = false;
  menu.querySelector("summary")!.focus();
}
