#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# Sends the letter that stands as JSON on standard input with Net::SMTP.
use strict;
use warnings;
use Encode qw(encode_utf8);
use JSON::PP qw(decode_json);
use Net::SMTP;

my $task = decode_json(do { local $/; <STDIN> });
my @trust = (SSL_ca_file => $task->{authority}, SSL_verify_mode => 1);

my $smtp = Net::SMTP->new($task->{host}, Port => $task->{port}, Hello => 'client.example',
    SSL => $task->{tls} eq 'implicit', @trust) or die "no connection: $@\n";

sub must {
	my ($done, $what) = @_;
	$done or die "$what: " . $smtp->code . ' ' . $smtp->message;
}

# Net::SMTP knows no SMTPUTF8; what it makes of MAIL and RCPT is said for it.
sub mail {
	my ($address) = @_;
	return $smtp->mail($address, Bits => '8') if !$task->{utf8};
	$smtp->command('MAIL', "FROM:<$address> BODY=8BITMIME SMTPUTF8");
	return $smtp->response() == Net::Cmd::CMD_OK();
}

# In pieces that cut lines and characters in two. Net::SMTP ties BDAT to BODY=BINARYMIME, which not
# every next hop takes; it is made to chunk other text too.
sub text {
	my ($octets) = @_;
	return $smtp->data($octets) if !$task->{chunking};
	${*$smtp}{net_smtp_chunking} = 1;
	while (length $octets > 100_000) {
		$smtp->bdat(substr($octets, 0, 99_999, '')) or return;
	}
	return $smtp->bdatlast($octets);
}

open my $file, '<:raw', $task->{message} or die "$task->{message}: $!\n";
my $octets = do { local $/; <$file> };
must($smtp->starttls(@trust), 'STARTTLS') if $task->{tls} eq 'starttls';
must($smtp->auth($task->{user}, $task->{password}), 'AUTH');
must(mail($task->{sender}[1]), 'MAIL');
for my $address ((map { $_->[1] } @{ $task->{to} }, @{ $task->{cc} }), @{ $task->{bcc} }) {
	must($smtp->to(encode_utf8($address)), 'RCPT');
}
must(text($octets), 'text');
$smtp->quit;
