/** What people are told of an entry that did something else when it was taken again. */

import { expect, it } from 'vitest'
import { replayDiffers } from './replay.ts'

it('a difference names group, seq and place, and says what to do', () => {
  const place = { topic: 'weir.job', partition: 3, offset: 77 }
  const { code, message } = replayDiffers('job/stage/3', { seq: 12, place })
  expect(code).toBe('replay-differs')
  expect(message).toContain('seq 12 of job/stage/3')
  expect(message).toContain('offset 77 of weir.job/3')
  expect(message).toContain('restore the job')
})
