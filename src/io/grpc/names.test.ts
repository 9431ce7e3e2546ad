/** Whom a certificate speaks for. */

import { expect, test } from 'vitest'
import { namesOf } from './names.ts'

const subject = { C: '', ST: '', L: '', O: '', OU: '', CN: 'common' }

test.each([
  ['its DNS names', { subject, subjectaltname: 'DNS:a, DNS:b.example' }, ['a', 'b.example']],
  ['only those', { subject, subjectaltname: 'IP Address:127.0.0.1, DNS:a, URI:x' }, ['a']],
  ['nobody, if it has other names alone', { subject, subjectaltname: 'IP Address:127.0.0.1' }, []],
  ['its common name, if it has no others', { subject }, ['common']],
  ['nobody, if a name is quoted', { subject, subjectaltname: 'DNS:"x, DNS:evil, y", DNS:a' }, []],
])('%s', (_, certificate, names) => {
  expect(namesOf(certificate)).toEqual(names)
})

test('nobody, if it has two common names, or there is none', () => {
  const twice = { subject: { ...subject, CN: ['a', 'b'] } } as never
  expect(namesOf(twice)).toEqual([])
  expect(namesOf({} as never)).toEqual([])
  expect(namesOf(undefined)).toEqual([])
})
