/** The plot as a file of its own: SVG with its colours written in, and the same as PNG. */
import { assert } from '../../../base/assert.ts';

/**
 * Written as attributes, not as a style: the page's policy forbids styles in a document's text, and viewers of SVG know
 * attributes best.
 */
const PROPERTIES = [
  'fill',
  'stroke',
  'stroke-width',
  'stroke-dasharray',
  'stroke-linejoin',
  'paint-order',
  'font-family',
  'font-size',
  'font-weight',
] as const;

const SHAPES = new Set(['path', 'rect', 'circle']);
const DOTS = 2;
/** Between the drawing and the edge of the picture, in units of the drawing. */
const EDGE = 12;

/** A document of its own: colours and type as they are on screen, nothing that it would have to fetch. */
export function svgText(svg: SVGSVGElement, title = svg.getAttribute('aria-label') ?? ''): string {
  return new XMLSerializer().serializeToString(standAlone(svg, title));
}

/** Two dots a unit of the drawing. Through a `data:` address, which the page's policy allows images to have. */
export async function pngBlob(svg: SVGSVGElement): Promise<Blob> {
  const { width, height } = pictureSize(svg);
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svgText(svg))}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(width * DOTS);
  canvas.height = Math.round(height * DOTS);
  const context = canvas.getContext('2d');
  assert(context !== null, 'a canvas has a 2d context');
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
  assert(blob !== null, 'a canvas of a plot becomes a PNG');
  return blob;
}

function pictureSize(svg: SVGSVGElement): { width: number; height: number } {
  const { width, height } = svg.viewBox.baseVal;
  return { width: width + 2 * EDGE, height: height + 2 * EDGE };
}

function standAlone(svg: SVGSVGElement, title: string): SVGSVGElement {
  const copy = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  const { width, height } = pictureSize(svg);
  copy.setAttribute('viewBox', `${-EDGE} ${-EDGE} ${width} ${height}`);
  copy.setAttribute('width', String(width));
  copy.setAttribute('height', String(height));
  copy.append(
    named('title', title),
    named('desc', svg.getAttribute('aria-label') ?? ''),
    paper(width, height, getComputedStyle(document.documentElement).getPropertyValue('--paper')),
  );
  for (const child of svg.children) copyInto(copy, child);
  return copy;
}

function named(name: 'title' | 'desc', text: string): SVGElement {
  const element = document.createElementNS('http://www.w3.org/2000/svg', name);
  element.textContent = text;
  return element;
}

function paper(width: number, height: number, fill: string): SVGElement {
  const rect = document.createElementNS('http://www.w3.org/2000/svg', 'rect');
  const attributes = { x: -EDGE, y: -EDGE, width, height, fill: fill.trim() };
  for (const [name, value] of Object.entries(attributes)) rect.setAttribute(name, String(value));
  return rect;
}

/** Geometry, words, and what the style sheet says of them; no class, nothing that is drawn for the reader on screen only. */
function copyInto(parent: Element, from: Element): void {
  if (from.hasAttribute('data-only-here')) return;
  const copy = document.createElementNS('http://www.w3.org/2000/svg', from.localName);
  for (const { name, value } of from.attributes) {
    if (name !== 'class' && name !== 'style' && !name.startsWith('data-')) copy.setAttribute(name, value);
  }
  const style = getComputedStyle(from);
  for (const property of PROPERTIES) {
    const isOfText = property.startsWith('font') || property === 'paint-order';
    if (isOfText && SHAPES.has(from.localName)) continue;
    const value = style.getPropertyValue(property);
    if (value !== '' && value !== 'normal') copy.setAttribute(property, value);
  }
  for (const node of from.childNodes) {
    if (node instanceof Element) copyInto(copy, node);
    else if (node.nodeType === Node.TEXT_NODE) copy.append(node.textContent?.trim() ?? '');
  }
  parent.append(copy);
}
