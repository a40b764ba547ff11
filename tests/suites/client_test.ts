import { registerTests } from "../../testing/suites.ts";

await registerTests("client");
