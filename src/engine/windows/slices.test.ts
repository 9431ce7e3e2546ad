/** Slices and windows against their definition: every window that holds a time, one by one. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { END_OF_TIME, type SlicedSpec, slicesOf } from './slices.ts'

type Bounded = Exclude<SlicedSpec, { kind: 'global' }>

const time = 'event' as const
const offsetMs = fc.integer({ min: -40, max: 40 })
const anySpec: fc.Arbitrary<Bounded> = fc.oneof(
  fc.record({
    kind: fc.constant('tumbling' as const),
    sizeMs: fc.integer({ min: 1, max: 30 }),
    offsetMs,
    time: fc.constant(time),
  }),
  fc.record({
    kind: fc.constant('hopping' as const),
    sizeMs: fc.integer({ min: 1, max: 30 }),
    everyMs: fc.integer({ min: 1, max: 40 }),
    offsetMs,
    time: fc.constant(time),
  }),
  fc
    .tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 }), offsetMs)
    .map(([stepMs, steps, offset]) => ({
      kind: 'cumulate' as const,
      stepMs,
      sizeMs: stepMs * steps,
      offsetMs: offset,
      time,
    })),
)

/** A little time, or one so far away that doubles have few digits left behind the point. */
const anyTime = fc
  .tuple(fc.constantFrom(0, 0, -(10 ** 15), 10 ** 15), fc.integer({ min: -200, max: 200 }))
  .map(([far, near]) => far + near)

const mod = (a: number, b: number) => ((a % b) + b) % b

/** By its definition: whether windows of this spec start at `start` and end at `end`. */
function isWindow(spec: Bounded, start: number, end: number): boolean {
  if (spec.kind === 'cumulate') {
    const aligned = mod(start - spec.offsetMs, spec.sizeMs) === 0
    return (
      aligned && end > start && end - start <= spec.sizeMs && mod(end - start, spec.stepMs) === 0
    )
  }
  const every = spec.kind === 'hopping' ? spec.everyMs : spec.sizeMs
  return end - start === spec.sizeMs && mod(start - spec.offsetMs, every) === 0
}

/** The ends of all windows that hold a time, in order. */
function endsAt(spec: Bounded, at: number): readonly number[] {
  const ends: number[] = []
  for (let end = at + 1; end <= at + spec.sizeMs; end++) {
    for (let start = end - spec.sizeMs; start <= at; start++) {
      if (isWindow(spec, start, end)) ends.push(end)
    }
  }
  return ends
}

/** As the slices tell it. */
function windowsOf(spec: SlicedSpec, at: number, after = Number.NEGATIVE_INFINITY): number[] {
  const slices = slicesOf(spec)
  const slice = slices.endAt(at)
  const ends: number[] = []
  let window = slices.windowAfter(slice, after)
  while (window !== undefined) {
    ends.push(window)
    window = slices.windowAfter(slice, window)
  }
  return ends
}

describe('slices of windows of any kind', () => {
  test('hold each time in just one of them', () => {
    fc.assert(
      fc.property(anySpec, anyTime, (spec, at) => {
        const { endAt, sizeMs } = slicesOf(spec)
        const end = endAt(at)
        expect(end - sizeMs).toBeLessThanOrEqual(at)
        expect(end).toBeGreaterThan(at)
        expect(endAt(end - 1)).toBe(end)
        expect(endAt(end - sizeMs)).toBe(end)
        expect(endAt(end)).toBe(end + sizeMs)
      }),
    )
  })

  test('serve the windows that hold their times, all of them and no others', () => {
    fc.assert(
      fc.property(anySpec, anyTime, (spec, at) => {
        expect(windowsOf(spec, at)).toEqual(endsAt(spec, at))
      }),
    )
  })

  test('know which of their windows end after any time', () => {
    fc.assert(
      fc.property(anySpec, anyTime, fc.integer({ min: -60, max: 60 }), (spec, at, more) => {
        const after = at + more
        expect(windowsOf(spec, at, after)).toEqual(endsAt(spec, at).filter(end => end > after))
      }),
    )
  })

  test('know the last of their windows, or that there is none', () => {
    fc.assert(
      fc.property(anySpec, anyTime, (spec, at) => {
        const { endAt, lastWindow } = slicesOf(spec)
        const slice = endAt(at)
        const last = endsAt(spec, at).at(-1)
        if (last === undefined) expect(lastWindow(slice)).toBeLessThan(slice)
        else expect(lastWindow(slice)).toBe(last)
      }),
    )
  })

  test('know where a window starts, and fill it from there to its end', () => {
    fc.assert(
      fc.property(anySpec, anyTime, (spec, at) => {
        const slices = slicesOf(spec)
        for (const window of windowsOf(spec, at)) {
          const start = slices.startOf(window)
          expect(isWindow(spec, start, window)).toBe(true)
          expect((window - start) % slices.sizeMs).toBe(0)
          expect(slices.endAt(start)).toBe(start + slices.sizeMs)
        }
      }),
    )
  })

  test('are as long as they can be: as windows, where these do not overlap', () => {
    const of = (spec: Bounded) => slicesOf(spec).sizeMs
    expect(of({ kind: 'tumbling', sizeMs: 12, offsetMs: 5, time })).toBe(12)
    expect(of({ kind: 'hopping', sizeMs: 12, everyMs: 12, offsetMs: 0, time })).toBe(12)
    expect(of({ kind: 'hopping', sizeMs: 60, everyMs: 25, offsetMs: 0, time })).toBe(5)
    expect(of({ kind: 'cumulate', sizeMs: 60, stepMs: 20, offsetMs: 0, time })).toBe(20)
  })
})

describe('between windows with gaps', () => {
  const spec = { kind: 'hopping', sizeMs: 10, everyMs: 15, offsetMs: 0, time } as const

  test('there are slices that serve none', () => {
    expect([0, 9, 10, 14, 15].map(at => windowsOf(spec, at))).toEqual([[10], [10], [], [], [25]])
  })
})

describe('the global window', () => {
  const global = slicesOf({ kind: 'global' })

  test('is one slice for all times, and ends with time itself', () => {
    for (const at of [-END_OF_TIME, -1, 0, END_OF_TIME - 1]) {
      expect(global.endAt(at)).toBe(END_OF_TIME)
    }
    expect(global.windowAfter(END_OF_TIME, Number.NEGATIVE_INFINITY)).toBe(END_OF_TIME)
    expect(global.windowAfter(END_OF_TIME, END_OF_TIME)).toBeUndefined()
    expect(global.lastWindow(END_OF_TIME)).toBe(END_OF_TIME)
    expect(global.startOf(END_OF_TIME)).toBe(-END_OF_TIME)
  })
})

describe('windows that make no sense', () => {
  test.each<Bounded>([
    { kind: 'tumbling', sizeMs: 0, offsetMs: 0, time },
    { kind: 'hopping', sizeMs: 10, everyMs: 0, offsetMs: 0, time },
    { kind: 'hopping', sizeMs: -10, everyMs: 5, offsetMs: 0, time },
  ])('like %j are refused', spec => {
    expect(() => slicesOf(spec)).toThrow('window-without-length')
  })

  test.each([
    [10, 0],
    [10, 3],
    [10, -5],
  ])('like steps of %i that do not fill it by %i, too', (sizeMs, stepMs) => {
    const spec = { kind: 'cumulate', sizeMs, stepMs, offsetMs: 0, time } as const
    expect(() => slicesOf(spec)).toThrow('window-not-filled')
  })

  const tooFine: readonly Bounded[] = [
    { kind: 'hopping', sizeMs: 86_400_000, everyMs: 86_399_999, offsetMs: 0, time },
    { kind: 'cumulate', sizeMs: 86_400_000, stepMs: 1, offsetMs: 0, time },
  ]

  test.each(tooFine)('like %j, of millions of pieces, are refused', spec => {
    expect(() => slicesOf(spec)).toThrow('window-too-fine')
  })

  test('of a day by the second are not too fine', () => {
    const spec = { kind: 'hopping', sizeMs: 86_400_000, everyMs: 1000, offsetMs: 0, time } as const
    expect(slicesOf(spec).sizeMs).toBe(1000)
  })
})
