<?php
// composer require phpmailer/phpmailer
// Reads the password from the environment: SMTP_PASSWORD=... php send_mail.php
[alternative]// Also offered: {{alternative}}
use PHPMailer\PHPMailer\PHPMailer;

require 'vendor/autoload.php';

$mail = new PHPMailer(true); // errors are exceptions
$mail->isSMTP();
$mail->Host = {{host}};
$mail->Port = {{port}};
[tls]$mail->SMTPSecure = PHPMailer::ENCRYPTION_SMTPS;
[starttls]$mail->SMTPSecure = PHPMailer::ENCRYPTION_STARTTLS;
$mail->SMTPAuth = true;
$mail->Username = {{user}};
$mail->Password = getenv('SMTP_PASSWORD');
$mail->Timeout = 30;
$mail->CharSet = PHPMailer::CHARSET_UTF8;
[no-name]$mail->setFrom({{from}});
[name]$mail->setFrom({{from}}, {{name}});
$mail->addAddress({{from}});
$mail->Subject = 'Test';
$mail->Body = "It works.\n";
$mail->send();
