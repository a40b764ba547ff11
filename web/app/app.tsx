/**
 * What the browser runs: it brings the page to life that the server has written.
 * @module
 */
import { hydrate } from "preact";
import { Page, PAGE_ID, STATE_ID } from "./page.tsx";

const page = document.getElementById(PAGE_ID);
const state = document.getElementById(STATE_ID)?.textContent;
if (page && state) hydrate(<Page state={JSON.parse(state)} />, page);
