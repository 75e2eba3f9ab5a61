/** Handing on what is no emergency. */
export const refer = {
  'refer.menu': 'Refer (no emergency) …',
  'refer.to': 'Refer to {service}',
  'refer.title': 'Referral to {service}',
  'refer.about': 'What it is about, for {service}',
  'refer.send': 'Make the number',
  'refer.read': 'Read to the caller',
  'refer.then': 'Then hang up with F7. The outcome of the call is recorded: complaint.',
  'refer.phone': 'The caller may also dial {phone} themselves.',
  'refer.page': 'Referrals',
  'refer.page_explain':
    'No emergency; its number was read to the caller. Pass it on to its service, then write down theirs.',
  'refer.number': 'Number',
  'refer.service': 'Service',
  'refer.what': 'What',
  'refer.taken': 'Taken down',
  'refer.state': 'Passed on',
  'refer.reference': 'Number at the service',
  'refer.passed': 'Write down',
  'refer.none': 'No referral yet.',
} as const;
