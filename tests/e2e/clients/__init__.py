# SPDX-License-Identifier: Apache-2.0
"""Real mail clients, each behind the same few words (base.Client)."""

from .base import Way
from .libraries import NetSmtp, Nodemailer, PhpMailer, Smtplib
from .programs import Curl, GitSendEmail, Msmtp, SNail, Swaks
from .servers import EximClient, PostfixClient

CLIENTS = {
    "curl": Curl,
    "swaks": Swaks,
    "msmtp": Msmtp,
    "s-nail": SNail,
    "git send-email": GitSendEmail,
    "smtplib": Smtplib,
    "nodemailer": Nodemailer,
    "PHPMailer": PhpMailer,
    "Net::SMTP": NetSmtp,
    "Postfix": PostfixClient,
    "Exim": EximClient,
}

__all__ = ["CLIENTS", "Way"]
