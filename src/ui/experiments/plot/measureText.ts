/** Width of words in the figures' type, in units of the drawing. */
import type { Measure } from './drawing.ts';

let context: CanvasRenderingContext2D | null = null;

export const measureText: Measure = (text, size) => {
  context ??= document.createElement('canvas').getContext('2d');
  const pixels = size === 'note' ? 11 : 12;
  if (!context) return text.length * pixels * 0.6;
  context.font = `${pixels}px ${getComputedStyle(document.body).fontFamily}`;
  return context.measureText(text).width;
};
