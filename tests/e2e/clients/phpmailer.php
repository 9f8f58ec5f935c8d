<?php
// SPDX-License-Identifier: Apache-2.0
// Sends the letter that stands as JSON on standard input with PHPMailer.
require '/usr/share/php/libphp-phpmailer/autoload.php';

use PHPMailer\PHPMailer\Exception;
use PHPMailer\PHPMailer\PHPMailer;
use PHPMailer\PHPMailer\SMTP;

$task = json_decode(stream_get_contents(STDIN));
$mail = new PHPMailer(true);
$mail->isSMTP();
$mail->Host = $task->host;
$mail->Port = $task->port;
$mail->SMTPSecure =
	$task->tls === 'implicit' ? PHPMailer::ENCRYPTION_SMTPS : PHPMailer::ENCRYPTION_STARTTLS;
$mail->SMTPOptions = ['ssl' => ['cafile' => $task->authority]];
$mail->SMTPAuth = true;
$mail->Username = $task->user;
$mail->Password = $task->password;
$mail->CharSet = PHPMailer::CHARSET_UTF8;
$mail->Encoding = PHPMailer::ENCODING_8BIT;
// What the server says to a wrong password is told here only.
$errors = [];
$mail->SMTPDebug = SMTP::DEBUG_CLIENT;
$mail->Debugoutput = function ($line) use (&$errors) {
	if (str_starts_with($line, 'SMTP ERROR'))
		$errors[] = $line;
};
try {
	$mail->setFrom($task->sender[1], $task->sender[0]);
	foreach ($task->to as [$name, $address])
		$mail->addAddress($address, $name);
	foreach ($task->cc as [$name, $address])
		$mail->addCC($address, $name);
	foreach ($task->bcc as $address)
		$mail->addBCC($address);
	$mail->Subject = $task->subject;
	$mail->Body = $task->text;
	if ($task->attachment)
		$mail->addAttachment($task->attachment);
	$mail->send();
} catch (Exception $error) {
	fwrite(STDERR, $mail->ErrorInfo . "\n" . implode("\n", $errors) . "\n");
	exit(1);
}
