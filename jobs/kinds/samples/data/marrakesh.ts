/** Places of Marrakesh; `parsePlaces()` explains the columns. Costs are in dirhams. */
export const places = `
# Medina
Jemaa el-Fnaa | sight | 31.6258 -7.9891 | 60 | 0 | evening night | top | Storytellers, drummers and smoke of a hundred grills after sunset.
Souk Semmarine | shopping | 31.6284 -7.9880 | 70 | - | day | area top | Leather, lamps and slippers under striped shade.
Place des Épices | shopping | 31.6289 -7.9870 | 30 | - | day | | Baskets, spices and remedies on a sunny square.
Café des Épices | food | 31.6288 -7.9869 | 60 | 100 | lunch | | Sandwiches and mint tea on a roof above the baskets.
Nomad | food | 31.6288 -7.9864 | 80 | 230 | lunch dinner | book steep | Modern Moroccan plates on terraces above the spice square.
Mechoui Alley | food | 31.6268 -7.9884 | 55 | 130 | lunch | | Lamb from underground ovens, sold by weight, with bread and cumin.
Café de France | food | 31.6262 -7.9878 | 40 | 30 | afternoon evening | steep | Tea on the top terrace, while the square below fills.
Medersa Ben Youssef | sight | 31.6319 -7.9861 | 60 | 50 | day | top | Cedar, stucco and tiles around the pool of a Koran school.
Maison de la Photographie | museum | 31.6334 -7.9838 | 50 | 50 | day | steep | Faces and mountains of Morocco from 1870 on, and a roof café.
Le Jardin Secret | nature | 31.6308 -7.9889 | 50 | 100 | day | | Old water channels feed an Islamic garden behind high walls.
Le Jardin | food | 31.6311 -7.9889 | 75 | 190 | lunch dinner | | Salads and tajines under banana trees in a green courtyard.
Hammam Mouassine | relaxation | 31.6300 -7.9890 | 75 | 200 | afternoon | | Steam, black soap and a rough glove in a bath of the sixteenth century.
Dar El Bacha | museum | 31.6318 -7.9925 | 60 | 70 | day | closed:mon | A palace of carved cedar, with a coffee room of many beans.
Dar Moha | food | 31.6311 -7.9934 | 100 | 480 | dinner | book | Moroccan courses around the pool of a designer's house.
Tanneries de Bab Debbagh | sight | 31.6326 -7.9752 | 35 | 20 | morning midday | | Hides in stone vats; a sprig of mint helps against the smell.

# Koutoubia
Koutoubia | sight | 31.6240 -7.9935 | 30 | 0 | day evening | | The model of many minarets, above a garden of roses.
Cyber Parc | nature | 31.6270 -7.9972 | 40 | 0 | day | | Palms, olives and benches just outside the hurry.
Ensemble Artisanal | shopping | 31.6264 -7.9962 | 45 | - | day | | Workshops with fixed prices, good to learn what things cost.

# Kasbah
Palais de la Bahia | sight | 31.6216 -7.9822 | 60 | 100 | morning midday afternoon | top | Painted ceilings and quiet courtyards of a grand vizier.
Palais El Badi | sight | 31.6184 -7.9857 | 50 | 100 | day | | Storks nest on the walls of a plundered palace.
Tombeaux Saadiens | sight | 31.6173 -7.9885 | 40 | 100 | day | | Twelve columns of marble in a mausoleum that was walled up.
Bab Agnaou | sight | 31.6176 -7.9907 | 15 | 0 | day evening | | A carved horseshoe gate of the royal quarter.
Dar Si Said | museum | 31.6231 -7.9833 | 50 | 30 | day | closed:tue | Carpets of the tribes in a house with a tiled garden.
Place des Ferblantiers | food | 31.6197 -7.9838 | 75 | 150 | lunch dinner | area | Tajines on roofs around the square of the tinsmiths.

# Guéliz
Jardin Majorelle | nature | 31.6414 -8.0030 | 75 | 170 | morning midday afternoon | top book | Cobalt blue walls among cactus and bamboo.
Musée Yves Saint Laurent | museum | 31.6426 -8.0034 | 60 | 140 | day | book closed:wed | Coats and dresses in a dark room, behind woven brick.
Avenue Mohammed V | shopping | 31.6347 -8.0085 | 45 | - | day evening | area | Boutiques and galleries under orange trees in the new town.
Grand Café de la Poste | food | 31.6340 -8.0085 | 80 | 260 | lunch dinner | | Brasserie dishes below fans and palms of the 1920s.
Théâtre Royal | entertainment | 31.6310 -8.0162 | 100 | 150 | night | | Music and dance behind a grand portal with a dome.

# Hivernage
Comptoir Darna | nightlife | 31.6223 -8.0069 | 100 | 350 | night | book | Belly dancers come down the staircase between the tables.
Theatro | nightlife | 31.6236 -8.0077 | 100 | 250 | night | | Acrobats and house music in a former music hall.
Jardins de la Ménara | nature | 31.6133 -8.0217 | 50 | 0 | day evening | | A pavilion by a still pool, with the Atlas behind it.
`;
