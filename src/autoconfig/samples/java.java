// Jakarta Mail: org.eclipse.angus:jakarta.mail
// Reads the password from the environment: SMTP_PASSWORD=... java SendMail
[alternative]// Also offered: {{alternative}}
import jakarta.mail.Authenticator;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.PasswordAuthentication;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
[name]import java.io.UnsupportedEncodingException;
import java.util.Properties;

public class SendMail {
[no-name]	public static void main(String[] arguments) throws MessagingException {
[name]	public static void main(String[] arguments)
[name]	    throws MessagingException, UnsupportedEncodingException {
		Properties properties = new Properties();
		properties.put("mail.smtp.host", {{host}});
		properties.put("mail.smtp.port", "{{port}}");
		properties.put("mail.smtp.auth", "true");
[tls]		properties.put("mail.smtp.ssl.enable", "true");
[starttls]		properties.put("mail.smtp.starttls.enable", "true");
[starttls]		properties.put("mail.smtp.starttls.required", "true");
		properties.put("mail.smtp.ssl.checkserveridentity", "true");
		properties.put("mail.smtp.connectiontimeout", "30000");
		properties.put("mail.smtp.timeout", "60000");
		properties.put("mail.smtp.writetimeout", "60000");
		Session session = Session.getInstance(properties, new Authenticator() {
			@Override
			protected PasswordAuthentication getPasswordAuthentication() {
				return new PasswordAuthentication(
				    {{user}}, System.getenv("SMTP_PASSWORD"));
			}
		});

		MimeMessage message = new MimeMessage(session);
[no-name]		message.setFrom(new InternetAddress({{from}}));
[name]		message.setFrom(new InternetAddress({{from}}, {{name}}, "UTF-8"));
		message.setRecipient(Message.RecipientType.TO, new InternetAddress({{from}}));
		message.setSubject("Test", "UTF-8");
		message.setText("It works.\n", "UTF-8");
		Transport.send(message);
	}
}
