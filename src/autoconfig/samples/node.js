// npm install nodemailer
// Reads the password from the environment: SMTP_PASSWORD=... node send_mail.js
[alternative]// Also offered: {{alternative}}
const nodemailer = require("nodemailer");

const transport = nodemailer.createTransport({
  host: {{host}},
  port: {{port}},
[tls]  secure: true, // TLS from the first octet
[starttls]  secure: false, // STARTTLS
[starttls]  requireTLS: true, // and nothing without it
  auth: { user: {{user}}, pass: process.env.SMTP_PASSWORD },
  connectionTimeout: 30000, // milliseconds
  greetingTimeout: 30000,
  socketTimeout: 60000,
});

const message = {
[no-name]  from: {{from}},
[name]  from: { name: {{name}}, address: {{from}} },
  to: {{from}},
  subject: "Test",
  text: "It works.\n",
};

transport.sendMail(message).then(
  (info) => console.log(info.response),
  (error) => {
    console.error(error.message);
    process.exitCode = 1;
  },
);
