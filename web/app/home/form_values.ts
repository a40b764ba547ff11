/**
 * Reads and fills in the fields of a form in the page. A list has several elements with one name:
 * its options, and a line for other entries.
 * @module
 */
import { listIn, listOf, UNREADABLE } from "../kinds/field.ts";
import type { FormValues } from "../kinds/form_view.ts";

type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

/** Returns the elements of a field, in the order of the page. */
export function controlsOf(form: HTMLFormElement, name: string): Control[] {
  return [...form.elements].filter((element): element is Control =>
    (element as Control).name === name
  );
}

/** Returns the values of fields, by name. */
export function valuesIn(form: HTMLFormElement, names: readonly string[]): FormValues {
  return Object.fromEntries(names.map((name) => [name, valueIn(form, name)]));
}

function valueIn(form: HTMLFormElement, name: string): string {
  return controlsOf(form, name).flatMap((control) => {
    if (isOption(control)) return control.checked ? control.value : [];
    // A browser gives no value for half a date, and for letters in a number.
    return control.validity.badInput ? UNREADABLE : control.value;
  }).filter(Boolean).join(", ");
}

/** Fills in a field. */
export function fillIn(form: HTMLFormElement, name: string, value: string): void {
  const controls = controlsOf(form, name);
  const options = controls.filter(isOption);
  const entries = options.length > 0 ? listIn(value) : [];
  for (const option of options) {
    option.checked = option.type === "radio" ? option.value === value : entries.includes(
      option.value,
    );
  }
  const known = options.map((option) => option.value);
  const rest = options.length > 0 ? listOf(entries.filter((text) => !known.includes(text))) : value;
  for (const control of controls) {
    if (!isOption(control)) control.value = rest;
  }
}

/** Moves the focus to a field, and opens the details if it is one of them. */
export function focusField(form: HTMLFormElement, name: string): void {
  const controls = controlsOf(form, name);
  const details = controls[0]?.closest("details");
  if (details) details.open = true;
  (controls.find((control) => !isOption(control)) ?? controls[0])?.focus();
}

function isOption(control: Control): control is HTMLInputElement {
  return control.type === "checkbox" || control.type === "radio";
}
