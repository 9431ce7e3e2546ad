/** Durations (`5s`, `1h30m`) and sizes (`64MiB`) as texts: whole numbers with their units. */

const DAY_MS = 86_400_000
/** Ten thousand days: beyond it a typing error is likelier than a wish. */
export const DURATION_MS_MAX = 10_000 * DAY_MS
export const SIZE_BYTES_MAX = 2 ** 50

/** Largest first, each at most once. No part of it can be matched in two ways. */
export const DURATION = /^(?=\d)(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+)s)?(?:(\d+)ms)?$/
const unitsMs = [DAY_MS, 3_600_000, 60_000, 1_000, 1]

export const SIZE = /^(\d+)(B|KiB|MiB|GiB|TiB)$/
const unitsBytes: ReadonlyMap<string, number> = new Map([
  ['B', 1],
  ['KiB', 2 ** 10],
  ['MiB', 2 ** 20],
  ['GiB', 2 ** 30],
  ['TiB', 2 ** 40],
])

/** In milliseconds; undefined if it is not of the form, or too long. */
export function durationMs(text: string): number | undefined {
  const match = DURATION.exec(text)
  if (match === null) return undefined
  const ms = unitsMs.reduce((sum, unit, at) => sum + Number(match[at + 1] ?? 0) * unit, 0)
  return ms <= DURATION_MS_MAX ? ms : undefined
}

export function sizeBytes(text: string): number | undefined {
  const [, digits = '', unit = ''] = SIZE.exec(text) ?? []
  const bytes = Number(digits) * (unitsBytes.get(unit) ?? Number.NaN)
  return bytes <= SIZE_BYTES_MAX ? bytes : undefined
}

/** `90000` -> `1m30s`: what `durationMs` reads. */
export function durationText(ms: number): string {
  const names = ['d', 'h', 'm', 's', 'ms']
  let rest = ms
  const parts = unitsMs.map((unit, at) => {
    const count = Math.floor(rest / unit)
    rest -= count * unit
    return count === 0 ? '' : `${count}${names[at] ?? ''}`
  })
  return parts.join('') || '0s'
}

/** What was probably meant: `5 sec`, `1.5h`, `10 minutes`, `64MB`. */
export function suggestedDuration(text: string): string | undefined {
  const match = /^\s*(\d+(?:\.\d+)?)\s*([a-zµ]*)\s*$/i.exec(text)
  if (match === null) return undefined
  const [, digits = '', word = ''] = match
  const unit = meantUnit(word.toLowerCase())
  const ms = unit === undefined ? Number.NaN : Math.round(Number(digits) * unit)
  return ms <= DURATION_MS_MAX ? durationText(ms) : undefined
}

function meantUnit(word: string): number | undefined {
  if (word === '') return 1_000
  if (/^(ms|msec|milli)/.test(word)) return 1
  // A month is no duration.
  if (word.startsWith('mo')) return undefined
  const at = ['d', 'h', 'm', 's'].indexOf(word[0] ?? '')
  return at < 0 ? undefined : unitsMs[at]
}

export function suggestedSize(text: string): string | undefined {
  const match = /^\s*(\d+)\s*([kmgt]?)i?b?\s*$/i.exec(text)
  if (match === null) return undefined
  const [, digits = '', letter = ''] = match
  return letter === '' ? `${digits}B` : `${digits}${letter.toUpperCase()}iB`
}
