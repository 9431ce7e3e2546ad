/** Publishers at work over a model log: what leaves, when, and what is done when it goes wrong. */

import { describe, expect, it } from 'vitest'
import { Rig } from './testing/rig.ts'

describe('a publisher', () => {
  it('lets out what is committed, once and in order', () => {
    const rig = Rig.leading()
    for (let turn = 0; turn < 5; turn++) {
      rig.commit({ home: 3 })
      rig.settle(20)
    }
    expect(rig.visible('home')).toEqual([
      ['2', '4', '6', '8', '10', '12', '14'],
      ['1', '3', '5', '7', '9', '11', '13', '15'],
    ])
    expect(rig.trouble('home')).toBeUndefined()
    expect(rig.one.told.filter(line => line.startsWith('published')).at(-1)).toBe(
      'published home 15',
    )
  })
})
