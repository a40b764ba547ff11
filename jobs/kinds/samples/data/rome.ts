/** Places of Rome; `parsePlaces()` explains the columns. Costs are in euros. */
export const places = `
# Monti
Colosseo | sight | 41.8902 12.4922 | 90 | 18 | morning midday afternoon | top book | Enter early and look down through the arena floor to the tunnels.
Foro Romano | sight | 41.8925 12.4853 | 90 | - | morning afternoon | steep | Temples and arches along the road of the triumphs, on the same ticket.
San Pietro in Vincoli | sight | 41.8938 12.4933 | 30 | 0 | day | | Michelangelo's Moses sits beside the chains of Saint Peter.
San Clemente | sight | 41.8893 12.4976 | 50 | 10 | day | steep | Three ages of worship on three levels, each below the other.
Piazza della Madonna dei Monti | food | 41.8953 12.4910 | 85 | 28 | dinner | area | Trattorie and wine bars around a fountain where neighbors meet.

# Campidoglio
Musei Capitolini | museum | 41.8929 12.4826 | 100 | 15 | day | | The bronze wolf, a colossal foot and a balcony above the Forum.
Altare della Patria | sight | 41.8946 12.4831 | 45 | 0 | day evening | steep | White marble stairs to a terrace in the very middle of the city.

# Pantheon
Pantheon | sight | 41.8986 12.4769 | 40 | 5 | day | top book | Light falls through the open eye of the largest old concrete dome.
Piazza Navona | sight | 41.8992 12.4731 | 30 | 0 | day evening | | Bernini's river gods in a square with the shape of a race track.
Galleria Doria Pamphilj | museum | 41.8979 12.4815 | 75 | 16 | day | | Velázquez's pope and Caravaggio in a palace that a family still owns.
Armando al Pantheon | food | 41.8990 12.4762 | 85 | 45 | lunch dinner | book closed:sun | Roman classics in a small family trattoria beside the temple.
Sant'Eustachio Il Caffè | food | 41.8982 12.4754 | 20 | 3 | morning midday | | Stand at the bar for a sweet, foamy espresso.
Giolitti | food | 41.9010 12.4771 | 25 | 5 | afternoon | | Gelato in an old-fashioned hall near the parliament.

# Trevi
Fontana di Trevi | sight | 41.9009 12.4833 | 25 | 2 | morning evening | top | Come early or late, when the sound of the water fills the square.
Piazza di Spagna | sight | 41.9058 12.4823 | 30 | 0 | day evening | | The boat fountain at the foot of the Spanish Steps.
Via della Croce | food | 41.9061 12.4797 | 70 | 24 | lunch dinner | area | Fresh pasta, wine bars and tiramisù on a side street of the shops.

# Regola
Campo de' Fiori | food | 41.8956 12.4722 | 70 | 18 | lunch dinner | | Fruit stalls in the morning, pizza by the slice at noon.
Via del Portico d'Ottavia | food | 41.8925 12.4780 | 80 | 30 | lunch dinner | area | Fried artichokes and other dishes of the Roman Jewish kitchen.

# Vaticano
Basilica di San Pietro | sight | 41.9022 12.4539 | 90 | 0 | morning midday afternoon | top | The Pietà is on the right as you enter, the dome is above the altar.
Musei Vaticani | museum | 41.9065 12.4536 | 170 | 25 | morning afternoon | top book closed:sun | Raphael's rooms lead to the ceiling of the Sistine Chapel.
Castel Sant'Angelo | sight | 41.9031 12.4663 | 75 | 16 | day evening | steep closed:mon | An emperor's tomb became a papal fortress with a roof view.
Borgo Pio | food | 41.9037 12.4594 | 65 | 20 | lunch dinner | area | A street of small trattorie between the Vatican walls and the castle.
Alexanderplatz Jazz Club | nightlife | 41.9085 12.4552 | 110 | 20 | night | book | Low arches signed by four decades of jazz musicians.

# Trastevere
Santa Maria in Trastevere | sight | 41.8895 12.4697 | 30 | 0 | day evening | | Golden mosaics of the twelfth century shine above the altar.
Villa Farnesina | museum | 41.8935 12.4673 | 50 | 12 | morning midday | closed:sun | Raphael painted the loggia of a banker's summer house.
Belvedere del Gianicolo | sight | 41.8914 12.4612 | 40 | 0 | midday evening | steep | Domes in a row, and a cannon that fires at noon.
Via della Lungaretta | food | 41.8894 12.4722 | 90 | 30 | dinner | area | Cacio e pepe at outdoor tables, between ivy and street music.
Freni e Frizioni | nightlife | 41.8918 12.4704 | 90 | 14 | night | | Cocktails in a former garage, and a crowd on the square outside.

# Aventino
Giardino degli Aranci | nature | 41.8848 12.4800 | 30 | 0 | day evening | steep | Orange trees and a terrace straight above the Tiber.
Circo Massimo | sight | 41.8861 12.4851 | 25 | 0 | day evening | | A long green hollow where chariots raced before 150,000 people.

# Testaccio
Mercato di Testaccio | food | 41.8764 12.4742 | 60 | 12 | lunch | closed:sun | Sandwiches with slow-cooked meat, and stalls for every taste.
Felice a Testaccio | food | 41.8785 12.4749 | 85 | 38 | dinner | book | The waiter stirs the cacio e pepe at the table, as since 1936.
Cimitero Acattolico | sight | 41.8763 12.4795 | 40 | 5 | day | | Keats and Shelley lie under pines beside a Roman pyramid.
Monte Testaccio | nightlife | 41.8759 12.4757 | 110 | 15 | night | area | Clubs and trattorie dug into a hill of broken jars.

# Villa Borghese
Galleria Borghese | museum | 41.9142 12.4921 | 120 | 17 | morning afternoon | top book closed:mon | Bernini's marble seems to move; visits last two hours.
Villa Borghese | nature | 41.9128 12.4852 | 60 | 0 | day evening | | Pines, a small lake with rowing boats, and bicycles for hire.
Terrazza del Pincio | sight | 41.9109 12.4779 | 30 | 0 | morning evening | steep | The sun goes down behind Saint Peter's, across the roofs.
Piazza del Popolo | sight | 41.9107 12.4764 | 25 | 0 | day evening | | Twin churches, an obelisk, and two Caravaggios in the corner church.

# Esquilino
Teatro dell'Opera | entertainment | 41.9009 12.4954 | 110 | 60 | night | book | Tosca was first sung here; the boxes are red and gold.
Mercato Centrale | food | 41.9003 12.5022 | 60 | 18 | lunch dinner | | Pizza, artichokes and pasta under a marble hood at Termini station.

# Flaminio
MAXXI | museum | 41.9283 12.4665 | 75 | 15 | day | closed:mon | Zaha Hadid's concrete ribbons hold the art of this century.
Auditorium Parco della Musica | entertainment | 41.9291 12.4747 | 110 | 35 | night | book | Three halls like beetles around an open-air stage.

# Via Appia
Mausoleo di Cecilia Metella | sight | 41.8522 12.5209 | 60 | 8 | day | closed:mon | A round tomb on the old paved road between pines.
Catacombe di San Callisto | sight | 41.8589 12.5108 | 50 | 10 | day | steep closed:wed | Guides lead through narrow galleries to the crypt of the popes.

# Ostia Antica, day trip
Parco archeologico di Ostia Antica | sight | 41.7557 12.2917 | 150 | 18 | morning afternoon | closed:mon | Streets, taverns, baths and a theater of the harbor town.
Borgo di Ostia Antica | food | 41.7596 12.3008 | 70 | 22 | lunch | area | A walled hamlet with a castle and a few trattorie.

# Tivoli, day trip
Villa d'Este | sight | 41.9632 12.7958 | 100 | 15 | morning afternoon | book steep | Five hundred fountains run on slopes without a single pump.
Villa Gregoriana | nature | 41.9668 12.8010 | 80 | 10 | morning afternoon | steep | A wooded gorge with a great waterfall below two temples.
`;
