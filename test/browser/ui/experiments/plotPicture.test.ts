import { beforeAll, describe, expect, test } from 'vitest';
import '../../../../src/ui/look/tokens.css';
import '../../../../src/ui/look/base.css';
import { pngBlob, svgText } from '../../../../src/ui/experiments/plot/exportFigures.ts';
import policySource from '../../../../tools/vite-plugins.ts?raw';
import { EVERY_KIND, NAMES, READ_COST } from '../../../unit/ui/experiments/plot/figureSketch.ts';
import { renderPlot } from './plotParts.ts';

const parse = (text: string) => new DOMParser().parseFromString(text, 'image/svg+xml');

describe('the plot as SVG', () => {
  test.each(Object.keys(EVERY_KIND))('%s parses alone and asks for nothing', async (kind) => {
    const { svg, target } = await renderPlot(
      EVERY_KIND[kind] ?? READ_COST,
      { x: 5, label: 'A & B <C>' },
      720,
    );
    const text = svgText(svg, 'Is it <proportional>?');
    const picture = parse(text);
    expect(picture.querySelector('parsererror')).toBe(null);
    expect(picture.documentElement.localName).toBe('svg');
    expect(picture.querySelector('title')?.textContent).toBe('Is it <proportional>?');
    expect(picture.querySelector('desc')?.textContent).toBe(svg.getAttribute('aria-label'));
    expect(text).not.toMatch(/var\(|class=|style=|url\(|href|NaN/);
    expect(picture.querySelectorAll('text').length).toBe(svg.querySelectorAll('text').length);
    for (const words of picture.querySelectorAll('text')) {
      expect(words.getAttribute('font-size')).toMatch(/^1[12]px$/);
      expect(words.getAttribute('fill')).toMatch(/^rgb/);
    }
    target.remove();
  });
});

describe('the plot as PNG, under the policy of the built page', () => {
  const refused: string[] = [];

  beforeAll(() => {
    const rules = ["img-src 'self' data: blob:", "style-src 'self'", "connect-src 'self'"];
    // What the built page has; if it changes, this has to be looked at.
    for (const rule of rules) expect(policySource).toContain(`"${rule}"`);
    document.addEventListener('securitypolicyviolation', (event) => refused.push(event.violatedDirective));
  });

  test.each([
    ['points and lines', READ_COST],
    ['names', NAMES],
  ])('%s: has the drawing’s size twice, paper at its edge, and ink', async (_, one) => {
    const { svg, target } = await renderPlot(one, null, 720);
    const policy = document.createElement('meta');
    policy.httpEquiv = 'Content-Security-Policy';
    policy.content = "img-src 'self' data: blob:; connect-src 'self'";
    document.head.append(policy);
    const blob = await pngBlob(svg);
    expect(blob.type).toBe('image/png');
    const bitmap = await createImageBitmap(blob);
    expect([bitmap.width, bitmap.height]).toEqual([1488, (svg.viewBox.baseVal.height + 24) * 2]);
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
    const context = canvas.getContext('2d');
    context?.drawImage(bitmap, 0, 0);
    const pixels = new Uint32Array(
      context?.getImageData(0, 0, bitmap.width, bitmap.height).data.buffer ?? new ArrayBuffer(0),
    );
    const paper = pixels[0] ?? 0;
    expect(paper >>> 24).toBe(255);
    let others = 0;
    for (const pixel of pixels) if (pixel !== paper) others++;
    expect(others).toBeGreaterThan(2000);
    expect(others).toBeLessThan(pixels.length / 4);
    expect(refused).toEqual([]);
    target.remove();
  });
});
