export const WIDTH = 720;
const COLOURS = ['#2563eb', '#d97706', '#059669', '#9333ea', '#dc2626'] as const;

/** Both on white and on black. */
const STYLE = `text{font:13px system-ui,sans-serif;fill:#1f2937}.faint{fill:#6b7280}.rule{stroke:#d1d5db}
@media(prefers-color-scheme:dark){text{fill:#e5e7eb}.faint{fill:#9ca3af}.rule{stroke:#4b5563}}`;

export function framed(title: string, height: number, content: readonly string[]): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img">
<title>${escaped(title)}</title>
<style>${STYLE}</style>
<text x="0" y="18" font-weight="600">${escaped(title)}</text>
${content.join('\n')}
</svg>
`;
}

export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

export function colourOf(index: number): string {
  return COLOURS[index % COLOURS.length] ?? COLOURS[0];
}
