/**
 * The test helpers that the recording uses. Only this file imports from outside this folder.
 * @module
 */
export {
  chatChunks,
  frame,
  message,
  reasoning,
  responseBody,
  responseEvents,
  type StreamEvent,
} from "../../testing/event_stream.ts";
export { serveLocally } from "../../testing/local_server.ts";
export { Program, workDirectory } from "../../testing/program.ts";
export { answerWeather, weatherEnv } from "../../testing/weather_server.ts";
