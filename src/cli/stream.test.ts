/** Streams that nobody reads any more. */

import { Writable } from 'node:stream'
import { expect, test } from 'vitest'
import { sayingTo } from './stream.ts'

/** Takes so many texts; then whoever read is gone. */
function reader(texts: number) {
  const heard: string[] = []
  const sink = new Writable({
    write(chunk, _encoding, done) {
      if (heard.length >= texts) done(new Error('write EPIPE'))
      else {
        heard.push(String(chunk))
        done()
      }
    },
  })
  return { heard, sink }
}

const turn = () => new Promise(resolve => setImmediate(resolve))

test('what is said is heard, in order', async () => {
  const { heard, sink } = reader(3)
  const say = sayingTo(sink)
  for (const text of ['a', 'b', 'c']) say(text)
  await turn()
  expect(heard).toEqual(['a', 'b', 'c'])
})

test('when nobody reads any more nothing breaks, and nothing is kept for ever', async () => {
  const { heard, sink } = reader(1)
  const say = sayingTo(sink)
  say('a')
  say('b')
  await turn()
  for (let more = 0; more < 100; more++) say('more')
  await turn()
  expect(heard).toEqual(['a'])
  expect(sink.writableLength).toBeLessThanOrEqual(1)
})
