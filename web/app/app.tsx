/**
 * The entry point in the browser: hydrates the page that the server rendered.
 * @module
 */
import { hydrate } from "preact";
import { Page, PAGE_ID, STATE_ID } from "./page.tsx";

const page = document.getElementById(PAGE_ID);
const state = document.getElementById(STATE_ID)?.textContent;
if (page && state) hydrate(<Page state={JSON.parse(state)} />, page);
