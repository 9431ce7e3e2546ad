/** The memory store next to a plain map, and its cuts at up to a gigabyte of state. */

import type { Trial } from '../frame/bench.ts'
import { shown } from '../frame/report.ts'
import { judgedValue } from '../frame/target.ts'
import { measureStore } from './store.ts'

const CUT_MS_MAX = 5

export const cuts: Trial = {
  name: 'store',
  run: ({ say }) => {
    const figures = measureStore({ say })
    const largest = figures.cuts.at(-1)
    const target = {
      name: `cut() of ${shown((largest?.dataMb ?? 0) / 1024)} GB of state`,
      wanted: `under ${CUT_MS_MAX} ms`,
      unit: 'ms',
      isMet: (value: number) => value < CUT_MS_MAX,
    }
    const lines = [
      '| thousands a second | store | map |',
      '| --- | --- | --- |',
      ...figures.rates.map(({ name, store, map }) => {
        return `| ${[name, shown(store), map === undefined ? '' : shown(map)].join(' | ')} |`
      }),
      '',
      '| rows | MB | bytes a row | first cut ms | median cut ms | worst cut ms | worst batch ms |',
      '| --- | --- | --- | --- | --- | --- | --- |',
      ...figures.cuts.map(cut => {
        const cells = [cut.rows, cut.dataMb, cut.bytesPerRow, cut.firstCutMs, cut.medianCutMs]
        return `| ${[...cells, cut.worstCutMs, cut.worstBatchMs].map(shown).join(' | ')} |`
      }),
    ]
    const judgements = [judgedValue(target, largest?.medianCutMs)]
    return Promise.resolve({ trial: 'store', lines, details: figures, judgements })
  },
}
