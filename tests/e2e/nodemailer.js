// SPDX-License-Identifier: Apache-2.0
// Sends one message with nodemailer; everything comes from the environment.
'use strict';

const fs = require('fs');
const nodemailer = require('nodemailer');
const env = process.env;

const transport = nodemailer.createTransport({
  host: '127.0.0.1', // env.HOST may be ::1 first, and the server listens on IPv4
  port: Number(env.PORT),
  secure: env.SECURE === '1',
  requireTLS: true,
  auth: { user: env.LOGIN, pass: env.PASSWORD },
  tls: { ca: fs.readFileSync(env.CA), servername: env.HOST },
});

transport
  .sendMail({
    from: env.SENDER,
    to: env.RECIPIENT,
    subject: 'nodemailer',
    text: 'Hello from nodemailer.',
  })
  .then((info) => console.log(info.response))
  .catch((error) => {
    console.error(error);
    process.exitCode = 1;
  });
