/**
 * A button with a menu below it. It opens without a script, too.
 * @module
 */
import type { ComponentChildren, TargetedMouseEvent } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

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
  const [isOpen, setOpen] = useState(false);
  useEffect(() => isOpen ? closeOnLeave(details.current!) : undefined, [isOpen]);
  const press = (event: TargetedMouseEvent<HTMLElement>) => {
    if (!isOpen && onPress?.()) event.preventDefault();
  };
  return (
    <details
      class="menu"
      ref={details}
      onToggle={({ currentTarget: { open } }) => {
        setOpen(open);
        if (open) onOpen?.();
      }}
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
    if (key !== "Escape") return;
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
