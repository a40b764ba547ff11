/**
 * The part of a map that is shown: whole at first, then zoomed and moved.
 * @module
 */
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Box } from "./land.ts";

/** The smallest width of a view, in units of the projected world: some 300 m. */
export const MIN_VIEW = 1 / 2 ** 17;

const ANIMATION_MS = 220;

/** Returns a view with its size and its place within the limits of a frame. */
export function limitView(view: Box, frame: Box): Box {
  const width = Math.min(frame.width, Math.max(Math.min(MIN_VIEW, frame.width), view.width));
  const height = width * frame.height / frame.width;
  // The middle stays where it is, if the size changes.
  const x = view.x + (view.width - width) / 2;
  const y = view.y + (view.height - height) / 2;
  const within = (value: number, start: number, room: number) =>
    Math.max(start, Math.min(start + room, value));
  return {
    x: within(x, frame.x, frame.width - width),
    y: within(y, frame.y, frame.height - height),
    width,
    height,
  };
}

/** Returns a view that is zoomed around a point, which is given as parts of the view's width. */
export function zoomView(view: Box, factor: number, at: { x: number; y: number }): Box {
  const width = view.width / factor;
  return {
    x: view.x + at.x * (view.width - width),
    y: view.y + at.y * (view.width - width),
    width,
    height: view.height / factor,
  };
}

/** Keeps the view of a frame. When the frame grows, a whole view grows with it. */
export function useView(frame: Box) {
  const [part, setPart] = useState<Box | null>(null);
  const state = useRef({ frame, part, animation: 0 });
  state.current.frame = frame;
  const moves = useMemo(() => {
    const current = () => state.current.part ?? state.current.frame;
    function show(view: Box): void {
      const { frame } = state.current;
      const limited = limitView(view, frame);
      state.current.part = limited.width > frame.width * 0.999 ? null : limited;
      setPart(state.current.part);
    }
    function stop(): void {
      cancelAnimationFrame(state.current.animation);
    }
    function glide(target: Box): void {
      stop();
      if (matchMedia("(prefers-reduced-motion: reduce)").matches) return show(target);
      const [from, to] = [current(), limitView(target, state.current.frame)];
      const start = performance.now();
      const step = (now: number) => {
        const time = Math.max(0, Math.min(1, (now - start) / ANIMATION_MS));
        show(between(from, to, 1 - (1 - time) ** 3));
        if (time < 1) state.current.animation = requestAnimationFrame(step);
      };
      state.current.animation = requestAnimationFrame(step);
    }
    return {
      pan(dx: number, dy: number): void {
        stop();
        const view = current();
        show({ ...view, x: view.x - dx * view.width, y: view.y - dy * view.width });
      },
      zoom(factor: number, at: { x: number; y: number }, isSmooth = false): void {
        const target = zoomView(current(), factor, at);
        if (isSmooth) return glide(target);
        stop();
        show(target);
      },
      glide,
      reset: () => glide(state.current.frame),
      stop,
    };
  }, []);
  useEffect(() => moves.stop, []);
  return { view: part ?? frame, isWhole: part === null, moves };
}

function between(from: Box, to: Box, time: number): Box {
  const mix = (a: number, b: number) => a + (b - a) * time;
  return {
    x: mix(from.x, to.x),
    y: mix(from.y, to.y),
    width: mix(from.width, to.width),
    height: mix(from.height, to.height),
  };
}
