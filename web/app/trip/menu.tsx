/**
 * A button with a menu below it. It also opens without a script.
 * @module
 */
import type { ComponentChildren, TargetedMouseEvent } from "preact";
import { useEffect, useRef } from "preact/hooks";

interface MenuProps {
  label: string;
  /** What the button does in place of opening the menu; it returns whether it has done that. */
  onPress?: () => boolean;
  onOpen?: () => void;
  children: ComponentChildren;
}

/** Escape, a click elsewhere, and focus that leaves the menu close it. */
export function Menu({ label, onPress, onOpen, children }: MenuProps) {
  const details = useRef<HTMLDetailsElement>(null);
  // From the start, because a fast traveler may close a menu before the next render.
  useEffect(() => closeOnLeave(details.current!), []);
  const press = (event: TargetedMouseEvent<HTMLElement>) => {
    if (!details.current!.open && onPress?.()) event.preventDefault();
  };
  return (
    <details
      class="menu"
      ref={details}
      onToggle={({ currentTarget: { open } }) => open && onOpen?.()}
    >
      <summary class="button opens" onClick={press}>{label}</summary>
      <div class="panel">{children}</div>
    </details>
  );
}

/** @returns removes the listeners */
function closeOnLeave(details: HTMLDetailsElement): () => void {
  const closeIfOutside = ({ target }: Event) => {
    if (!details.contains(target as Node)) details.open = false;
  };
  const closeOnEscape = ({ key }: KeyboardEvent) => {
    if (key !== "Escape" || !details.open) return;
    const hadFocus = details.contains(document.activeElement);
    details.open = false;
    if (hadFocus) details.querySelector("summary")!.focus();
  };
  document.addEventListener("pointerdown", closeIfOutside);
  document.addEventListener("focusin", closeIfOutside);
  document.addEventListener("keydown", closeOnEscape);
  return () => {
    document.removeEventListener("pointerdown", closeIfOutside);
    document.removeEventListener("focusin", closeIfOutside);
    document.removeEventListener("keydown", closeOnEscape);
  };
}
