/** Values of other formats, said in JSON. */

const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/

/**
 * A number by its digits as they stand in the document, where JSON writes numbers so; else by its
 * value. One that is not finite is a text: JSON has no such number.
 */
export function numberText(value: number | bigint, source?: string): string {
  if (source !== undefined && NUMBER.test(source)) return source
  if (typeof value === 'number' && !Number.isFinite(value)) return JSON.stringify(String(value))
  return Object.is(value, -0) ? '-0' : value.toString()
}

export function objectText(members: readonly (readonly [key: string, value: string])[]): string {
  return `{${members.map(([key, value]) => `${JSON.stringify(key)}:${value}`).join(',')}}`
}

export function listText(elements: readonly string[]): string {
  return `[${elements.join(',')}]`
}
